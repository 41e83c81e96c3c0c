#include "adapters/websocket/packing.hpp"

#include <gtest/gtest.h>

#include <boost/beast/zlib/inflate_stream.hpp>
#include <memory>
#include <string>

#include "adapters/websocket/output.hpp"

namespace isthmus::websocket {
namespace {

namespace zlib = boost::beast::zlib;

/// As a receiver does it (RFC 7692 §7.2.2), with the window that was agreed on.
std::string unpacked(std::string packed, std::size_t room = 1 << 20) {
  packed.append("\x00\x00\xff\xff", 4);
  zlib::inflate_stream inflate;
  inflate.reset(packing_window);
  std::string text(room, '\0');
  zlib::z_params step;
  step.next_in = packed.data();
  step.avail_in = packed.size();
  step.next_out = text.data();
  step.avail_out = text.size();
  boost::system::error_code error;
  inflate.write(step, zlib::Flush::sync, error);
  text.resize(text.size() - step.avail_out);
  return text;
}

std::string sentence(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "{\"t\":\"msg\",\"text\":\"number " + std::to_string(i * 7919 % 1000) + "\"}";
  return text;
}

TEST(Packing, WhatIsPackedReadsBackAndIsShorter) {
  for (const int count : {10, 100, 1'000, 5'000}) {
    const auto text = sentence(count);
    const auto packed = pack(text);
    ASSERT_FALSE(packed.empty()) << count;
    EXPECT_LT(packed.size(), text.size() / 2) << count;
    EXPECT_EQ(unpacked(packed), text) << count;
  }
}

TEST(Packing, WhatWouldBeNoShorterIsNotPacked) {
  EXPECT_EQ(pack("short"), "");
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 4'096; ++i) noise += static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24U);
  EXPECT_EQ(pack(noise), "");
}

class PackedOutput : public testing::Test {
 protected:
  PackedOutput() { output.set_packing(true); }
  RecordPtr record(const std::string& text) {
    Record made;
    made.seq = ++seq;
    made.type = "msg";
    made.from = "ws:plant";
    made.members["text"] = text;
    return std::make_shared<const Record>(std::move(made));
  }
  std::string taken() {
    std::string bytes;
    output.take(bytes, 1 << 20);
    return bytes;
  }

  Instance instance{"e1", "/isthmus"};
  Output output{Framing::websocket, Format::native, instance};
  std::uint64_t seq = 0;
};

TEST_F(PackedOutput, LongRecordsHaveTheReservedBitAndShortOnesDoNot) {
  const auto lengthy = record(sentence(100));
  ASSERT_TRUE(output.add(lengthy, Policy::drop_oldest));
  const auto bytes = taken();
  EXPECT_EQ(static_cast<unsigned char>(bytes[0]), 0xc1);
  EXPECT_EQ(unpacked(bytes.substr(4)), *lengthy->text(Format::native, instance));
  ASSERT_TRUE(output.add(record("short"), Policy::drop_oldest));
  EXPECT_EQ(static_cast<unsigned char>(taken()[0]), 0x81);
}

TEST_F(PackedOutput, ARecordIsPackedOnceForAllClients) {
  const auto lengthy = record(sentence(100));
  EXPECT_EQ(lengthy->packed(Format::native, instance).get(), lengthy->packed(Format::native, instance).get());
}

TEST_F(PackedOutput, TheNamesOfSubscriptionsArePackedToo) {
  const auto lengthy = record(sentence(100));
  ASSERT_TRUE(output.add(lengthy, Policy::drop_oldest, ",\"sub\":[\"a\"]"));
  const auto text = unpacked(taken().substr(4));
  EXPECT_TRUE(text.ends_with(",\"sub\":[\"a\"]}")) << text;
}

TEST_F(PackedOutput, WhatIsForOneClientAloneIsNeverPacked) {
  ASSERT_TRUE(output.add(sentence(100)));
  EXPECT_EQ(static_cast<unsigned char>(taken()[0]), 0x81);
}

}  // namespace
}  // namespace isthmus::websocket
