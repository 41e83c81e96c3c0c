#pragma once
// The store in one SQLite file (write-ahead log), through SOCI, which is included in this folder's sources alone.
#include <boost/asio/any_io_executor.hpp>
#include <boost/system/result.hpp>
#include <functional>
#include <memory>
#include <string>

#include "gateway/store/secret_box.hpp"
#include "gateway/store/store.hpp"

namespace isthmus {

struct StoreOptions {
  std::string path;  // of the file; ":memory:" keeps nothing
  SecretBox::Key key{};
  /// On the loop: the disk did not take something, or a secret could not be read. `text` is for the log.
  std::function<void(std::string text)> troubled = [](const std::string&) {};
};

/// Opens the file, makes it where there is none, and brings an older one up to date after having copied it to
/// "PATH.N.bak", N being its version. An error, readable, when it cannot be opened or locked, is damaged, or is newer
/// than this program. `loop` runs `troubled` and when_committed().
boost::system::result<std::unique_ptr<Store>, std::string> open_sqlite_store(StoreOptions options,
                                                                             boost::asio::any_io_executor loop);

/// What is wrong with the file `path`, which is there; "" when nothing is. Changes nothing.
std::string check_sqlite_store(const std::string& path);

/// Seals every secret in the file anew, all or none. How many there were; an error when one does not open with
/// `before`.
boost::system::result<std::size_t, std::string> rekey_sqlite_store(const std::string& path,
                                                                   const SecretBox::Key& before,
                                                                   const SecretBox::Key& after);

}  // namespace isthmus
