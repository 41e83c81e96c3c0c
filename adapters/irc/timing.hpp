#pragma once
// How long a session waits for what, and how much it takes. Where no specification is named, the figure is ours.
#include <chrono>
#include <cstddef>

namespace isthmus::irc {

inline constexpr std::chrono::seconds registration_timeout{60};
inline constexpr std::chrono::seconds list_timeout{10};  // for CAP LS; then the server is one without capabilities
inline constexpr std::chrono::seconds motd_timeout{2};   // after 001, for servers that send neither 376 nor 422
inline constexpr std::chrono::seconds idle_before_ping{120};
inline constexpr std::chrono::seconds pong_timeout{30};
inline constexpr std::chrono::seconds answer_timeout{30};  // JOIN, NICK, TOPIC, PART
inline constexpr std::chrono::seconds first_regain_pause{15};
inline constexpr std::chrono::seconds longest_regain_pause{600};
inline constexpr std::chrono::milliseconds first_retry_jitter{2'000};
inline constexpr std::chrono::milliseconds longest_retry_pause{600'000};
inline constexpr std::chrono::seconds stable_after{60};  // a link that held this long counts as a good one
inline constexpr std::chrono::seconds ctcp_pause{2};     // between two answers to CTCP queries
inline constexpr std::chrono::seconds late_after{5};     // server-time that differs by more is shown

inline constexpr std::chrono::seconds farewell_timeout{
    2};  // for what was sent before QUIT to leave, and the server to close
inline constexpr std::chrono::seconds longest_connect_queue{120};  // for a user who waits

inline constexpr unsigned max_connecting = 50;          // attempts at one network at a time; an attempt has several KiB
inline constexpr std::size_t max_packed_join = 400;     // bytes of names and keys in one JOIN
inline constexpr std::size_t max_held_messages = 500;   // for one channel that is being joined
inline constexpr std::size_t max_occupants = 50'000;    // of one channel
inline constexpr std::chrono::seconds typing_pause{3};  // between two +typing to one target (its specification)
inline constexpr std::chrono::seconds typing_again{5};  // others take it for over after 6 s
inline constexpr std::chrono::seconds longest_typing{60};  // that is said again and again
inline constexpr std::size_t max_typing_told = 16;
inline constexpr std::size_t max_msgid = 256;                  // bytes; longer ones are none to us
inline constexpr std::size_t max_multiline_lines = 500;        // of one message that comes in lines
inline constexpr std::size_t max_multiline_bytes = 64 * 1024;  // the same
inline constexpr unsigned history_on_join = 50;                // messages (draft/chathistory)
inline constexpr unsigned most_backfill = 500;                 // messages of one channel's gap
inline constexpr std::chrono::seconds history_overlap{10};     // clocks differ; what is told twice is left out
inline constexpr std::size_t max_offered = 50;                 // channels that the server put us on
inline constexpr std::size_t max_told_away = 16;               // people
inline constexpr unsigned max_shown_numerics = 500;  // lines of the server's that nobody waits for, at once, then
inline constexpr double shown_numerics_rate = 1;     // a second
inline constexpr std::chrono::seconds longest_burst{2};
inline constexpr std::chrono::milliseconds netsplit_window{500};  // for the quits of one that no batch marks
inline constexpr std::size_t max_asked_who = 200;                 // occupants; about more of them nothing is asked
inline constexpr std::chrono::seconds ison_pause{60};
inline constexpr std::size_t max_reason = 300;   // bytes of a PART or QUIT text
inline constexpr std::size_t max_burst = 2'000;  // changes of one netsplit that are told at once

}  // namespace isthmus::irc
