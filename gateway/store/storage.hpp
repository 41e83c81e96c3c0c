#pragma once
// The store as the operator sees it: a file, and a file with the key that seals the secrets in it.
#include <boost/asio/any_io_executor.hpp>
#include <boost/system/result.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/store/store.hpp"

namespace isthmus {

struct Storage {
  static constexpr std::string_view in_memory = ":memory:";

  std::string path;      // of the database; in_memory keeps nothing
  std::string key_file;  // made where there is none, unless in memory
};

/// Opens the store, making its folder, its file and its key where there are none. The error names what is wrong with
/// which of the keys of [storage]. `troubled`: see StoreOptions.
boost::system::result<std::unique_ptr<Store>, std::string> open_storage(const Storage& storage,
                                                                        boost::asio::any_io_executor loop,
                                                                        std::function<void(std::string)> troubled);

/// What open_storage() would stumble over, and what it would not, but is unwise. Changes nothing.
struct StorageReport {
  std::string problem;  // empty: none
  std::vector<std::string> warnings;
};
StorageReport check_storage(const Storage& storage);

/// Seals all secrets with a new key, which takes the old one's place; nobody else may use the file meanwhile. The error
/// says what to do. How many there were.
boost::system::result<std::size_t, std::string> rekey_storage(const Storage& storage);

}  // namespace isthmus
