#pragma once
// The numerics that we send on or act on, by their names in RFC 2812 §5 and https://modern.ircdocs.horse/#numerics.
#include <cstdint>

namespace isthmus::irc {

using Numeric = std::uint16_t;

// NOLINTBEGIN(readability-identifier-naming): the specification's names
inline constexpr Numeric RPL_WELCOME = 1, RPL_YOURHOST = 2, RPL_CREATED = 3, RPL_MYINFO = 4, RPL_ISUPPORT = 5;
inline constexpr Numeric RPL_UMODEIS = 221, RPL_TRYAGAIN = 263;
inline constexpr Numeric RPL_AWAY = 301, RPL_ISON = 303, RPL_UNAWAY = 305, RPL_NOWAWAY = 306;
inline constexpr Numeric RPL_CHANNELMODEIS = 324, RPL_CREATIONTIME = 329;
inline constexpr Numeric RPL_NOTOPIC = 331, RPL_TOPIC = 332, RPL_TOPICWHOTIME = 333;
inline constexpr Numeric RPL_WHOISREGNICK = 307, RPL_WHOISUSER = 311, RPL_WHOISSERVER = 312, RPL_WHOISOPERATOR = 313,
                         RPL_WHOISIDLE = 317, RPL_ENDOFWHOIS = 318, RPL_WHOISCHANNELS = 319, RPL_WHOISACCOUNT = 330,
                         RPL_WHOISBOT = 335, RPL_WHOISSECURE = 671;
inline constexpr Numeric RPL_LISTSTART = 321, RPL_LIST = 322, RPL_LISTEND = 323;
inline constexpr Numeric RPL_BANLIST = 367, RPL_ENDOFBANLIST = 368;
inline constexpr Numeric RPL_INVITING = 341, RPL_WHOREPLY = 352, RPL_ENDOFWHO = 315, RPL_NAMREPLY = 353,
                         RPL_WHOSPCRPL = 354, RPL_ENDOFNAMES = 366;
inline constexpr Numeric RPL_MOTD = 372, RPL_MOTDSTART = 375, RPL_ENDOFMOTD = 376, RPL_VISIBLEHOST = 396;

inline constexpr Numeric ERR_NOSUCHNICK = 401, ERR_NOSUCHSERVER = 402, ERR_NOSUCHCHANNEL = 403,
                         ERR_CANNOTSENDTOCHAN = 404;
inline constexpr Numeric ERR_TOOMANYCHANNELS = 405, ERR_WASNOSUCHNICK = 406, ERR_TOOMANYTARGETS = 407;
inline constexpr Numeric ERR_CANNOTSENDFORMATTED = 408;  // "no colours", where a server has it
inline constexpr Numeric ERR_INVALIDCAPCMD = 410, ERR_NORECIPIENT = 411, ERR_NOTEXTTOSEND = 412;
inline constexpr Numeric ERR_INPUTTOOLONG = 417, ERR_UNKNOWNCOMMAND = 421, ERR_NOMOTD = 422;
inline constexpr Numeric ERR_NONICKNAMEGIVEN = 431, ERR_ERRONEUSNICKNAME = 432, ERR_NICKNAMEINUSE = 433,
                         ERR_NICKCOLLISION = 436;
inline constexpr Numeric ERR_UNAVAILRESOURCE = 437, ERR_NICKTOOFAST = 438, ERR_TARGETTOOFAST = 439;
inline constexpr Numeric ERR_USERNOTINCHANNEL = 441, ERR_NOTONCHANNEL = 442, ERR_USERONCHANNEL = 443;
inline constexpr Numeric ERR_CANTCHANGENICK = 447, ERR_NOTREGISTERED = 451;
inline constexpr Numeric ERR_NEEDMOREPARAMS = 461, ERR_ALREADYREGISTERED = 462, ERR_PASSWDMISMATCH = 464,
                         ERR_YOUREBANNEDCREEP = 465;
inline constexpr Numeric ERR_KEYSET = 467, ERR_INVALIDKEY = 525, ERR_INVALIDMODEPARAM = 696,
                         ERR_LISTMODEALREADYSET = 697, ERR_LISTMODENOTSET = 698, ERR_BADCHANNEL = 926,
                         ERR_CANNOTCHANGECHANMODE = 974;
inline constexpr Numeric ERR_TOOMANYMATCHES = 416, ERR_LISTSYNTAX = 521;
inline constexpr Numeric ERR_LINKCHANNEL = 470, ERR_CHANNELISFULL = 471, ERR_UNKNOWNMODE = 472,
                         ERR_INVITEONLYCHAN = 473;
inline constexpr Numeric ERR_BANNEDFROMCHAN = 474, ERR_BADCHANNELKEY = 475, ERR_BADCHANMASK = 476,
                         ERR_NEEDREGGEDNICK = 477;
inline constexpr Numeric ERR_BANLISTFULL = 478, ERR_THROTTLE = 480;
inline constexpr Numeric ERR_NOPRIVILEGES = 481, ERR_CHANOPRIVSNEEDED = 482, ERR_CANTKILLSERVER = 483,
                         ERR_ISCHANSERVICE = 484;
inline constexpr Numeric ERR_UNIQOPPRIVSNEEDED = 485, ERR_NONONREG = 486, ERR_SECUREONLYCHAN = 489,
                         ERR_CHANOWNPRIVNEEDED = 499;
inline constexpr Numeric ERR_CANTSENDTOUSER = 531, RPL_TARGUMODEG = 716, RPL_MONONLINE = 730, RPL_MONOFFLINE = 731,
                         ERR_MONLISTFULL = 734;

inline constexpr Numeric RPL_LOGGEDIN = 900, RPL_LOGGEDOUT = 901, ERR_NICKLOCKED = 902, RPL_SASLSUCCESS = 903,
                         ERR_SASLFAIL = 904;
inline constexpr Numeric ERR_SASLTOOLONG = 905, ERR_SASLABORTED = 906, ERR_SASLALREADY = 907, RPL_SASLMECHS = 908;
// NOLINTEND(readability-identifier-naming)

/// True for a numeric that says that something asked for was not done. The missing MOTD (422) is none: it ends a good
/// login.
constexpr bool is_error(Numeric numeric) noexcept {
  if (numeric == ERR_NOMOTD) return false;
  return (numeric >= 400 && numeric < 600) || numeric == RPL_TRYAGAIN || numeric == RPL_TARGUMODEG ||
         numeric == ERR_MONLISTFULL || numeric == ERR_NICKLOCKED || numeric == ERR_CANNOTCHANGECHANMODE ||
         numeric == ERR_BADCHANNEL || (numeric >= ERR_INVALIDMODEPARAM && numeric <= ERR_LISTMODENOTSET) ||
         (numeric >= ERR_SASLFAIL && numeric <= ERR_SASLABORTED) || numeric == RPL_SASLMECHS;
}

}  // namespace isthmus::irc
