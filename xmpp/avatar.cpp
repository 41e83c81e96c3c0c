#include "xmpp/avatar.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "gateway/model/base64.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t side = 16;  // points
constexpr std::size_t scale = 4;  // pixels of the picture for each
constexpr std::size_t bytes_a_row = side * scale / 8;

struct Drawing {
  std::uint32_t paper;                        // RGB
  std::array<std::string_view, side> points;  // '#': white
};

constexpr Drawing room{0x2f6f9f,
                       {"................",  //
                        "................",  //
                        ".....##...##....",  //
                        ".....##...##....",  //
                        ".....##...##....",  //
                        "..############..",  //
                        "..############..",  //
                        "....##...##.....",  //
                        "....##...##.....",  //
                        "..############..",  //
                        "..############..",  //
                        "...##...##......",  //
                        "...##...##......",  //
                        "...##...##......",  //
                        "................",  //
                        "................"}};

constexpr Drawing person{0x6b5b95,
                         {"................",  //
                          "......####......",  //
                          ".....######.....",  //
                          "....########....",  //
                          "....########....",  //
                          "....########....",  //
                          ".....######.....",  //
                          "......####......",  //
                          "................",  //
                          "....########....",  //
                          "...##########...",  //
                          "..############..",  //
                          "..############..",  //
                          "..############..",  //
                          "..############..",  //
                          "................"}};

constexpr Drawing device{0x3d7a4f,
                         {"................",  //
                          "....#..##..#....",  //
                          "....#..##..#....",  //
                          "...##########...",  //
                          "...##########...",  //
                          ".####......####.",  //
                          "...##.####.##...",  //
                          ".####.####.####.",  //
                          ".####.####.####.",  //
                          "...##.####.##...",  //
                          ".####......####.",  //
                          "...##########...",  //
                          "...##########...",  //
                          "....#..##..#....",  //
                          "....#..##..#....",  //
                          "................"}};

constexpr Drawing bridge{0x8a5a2b,
                         {"................",  //
                          "................",  //
                          "...##......##...",  //
                          "...##......##...",  //
                          "..####....####..",  //
                          ".##.###..###.##.",  //
                          "##..########..##",  //
                          "#..##.####.##..#",  //
                          "################",  //
                          "################",  //
                          "...##......##...",  //
                          "...##......##...",  //
                          "...##......##...",  //
                          "................",  //
                          "................",  //
                          "................"}};

void append_number(std::string& out, std::uint32_t number) {
  std::array<unsigned char, 4> bytes{};
  boost::endian::store_big_u32(bytes.data(), number);
  out.append(bytes.begin(), bytes.end());
}

/// Length, name, content and checksum (PNG §5.3).
void append_chunk(std::string& png, std::string_view name, std::string_view content) {
  append_number(png, static_cast<std::uint32_t>(content.size()));
  const std::string checked = std::string{name}.append(content);
  boost::crc_32_type checksum;
  checksum.process_bytes(checked.data(), checked.size());
  append_number(png.append(checked), checksum.checksum());
}

/// Every row begins with the number of its filter, none; a bit for each pixel (PNG §7.2).
std::string to_rows(const Drawing& drawing) {
  std::string rows;
  for (const auto points : drawing.points) {
    std::array<unsigned, bytes_a_row> row{};
    for (std::size_t pixel = 0; pixel < side * scale; ++pixel)
      if (points[pixel / scale] == '#') row.at(pixel / 8) |= 0x80U >> pixel % 8;
    for (std::size_t copy = 0; copy < scale; ++copy) {
      rows += '\0';
      for (const unsigned byte : row) rows += static_cast<char>(byte);
    }
  }
  return rows;
}

/// As one block that is not compressed, between zlib's header and checksum (RFC 1950 §2.2, RFC 1951 §3.2.4).
std::string to_zlib(std::string_view bytes) {
  std::string out{"\x78\x01\x01", 3};
  const auto size = static_cast<std::uint16_t>(bytes.size());
  for (const auto number : {size, static_cast<std::uint16_t>(~size)})
    out.append({static_cast<char>(number & 0xff), static_cast<char>(number >> 8)});
  std::uint32_t sum = 1;
  std::uint32_t sums = 0;
  for (const char byte : bytes) {
    sum = (sum + static_cast<unsigned char>(byte)) % 65521;
    sums = (sums + sum) % 65521;
  }
  append_number(out.append(bytes), sums << 16 | sum);
  return out;
}

std::string to_png(const Drawing& drawing) {
  std::string png = "\x89PNG\r\n\x1a\n";
  std::string header;
  append_number(header, side * scale);
  append_number(header, side * scale);
  header.append({1, 3, 0, 0, 0});  // a bit for each pixel, from a palette
  append_chunk(png, "IHDR", header);
  std::string palette;
  append_number(palette, drawing.paper);
  palette.erase(0, 1);
  append_chunk(png, "PLTE", palette.append("\xff\xff\xff"));
  append_chunk(png, "IDAT", to_zlib(to_rows(drawing)));
  append_chunk(png, "IEND", {});
  return png;
}

Avatar to_avatar(const Drawing& drawing) {
  const auto png = to_png(drawing);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(png.data(), png.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL cannot compute SHA-1"};
  Avatar avatar{to_base64(png), {}};
  for (unsigned i = 0; i < size; ++i) fmt::format_to(std::back_inserter(avatar.hash), "{:02x}", digest.at(i));
  return avatar;
}

}  // namespace

const Avatar& avatar_of(PlaceKind kind, const Identity& identity) {
  static const std::array all{to_avatar(room), to_avatar(person), to_avatar(device), to_avatar(bridge)};
  if (kind == PlaceKind::room) return all[0];
  if (kind != PlaceKind::direct) return all[3];
  return identity.type == "bot" ? all[2] : all[1];
}

void write_avatar_hash(StanzaWriter& out, const Avatar& avatar) {
  out.open("x", ns::avatar_hash).leaf("photo", avatar.hash).close();
}

void write_photo(StanzaWriter& out, const Avatar& avatar) {
  out.open("PHOTO").leaf("TYPE", "image/png").leaf("BINVAL", avatar.png).close();
}

}  // namespace isthmus::xmpp
