#include "gateway/store/storage.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "gateway/store/secret_box.hpp"
#include "gateway/store/sqlite_store.hpp"

namespace isthmus {
namespace {

namespace fs = std::filesystem;

std::string about_key(const Storage& storage, std::string_view text) {
  return "storage.key_file " + storage.key_file + ": " + std::string{text};
}

/// Whether both files lie in one folder, however it is spelt.
bool share_folder(const Storage& storage) {
  std::error_code failed;
  const auto one = fs::weakly_canonical(fs::absolute(storage.path), failed).parent_path();
  const auto other = fs::weakly_canonical(fs::absolute(storage.key_file), failed).parent_path();
  return !failed && one == other;
}

}  // namespace

boost::system::result<std::unique_ptr<Store>, std::string> open_storage(const Storage& storage,
                                                                        boost::asio::any_io_executor loop,
                                                                        std::function<void(std::string)> troubled) {
  StoreOptions options{.path = storage.path, .troubled = std::move(troubled)};
  if (storage.path != Storage::in_memory) {  // what is kept nowhere needs no key
    const auto key = load_or_make_key(storage.key_file);
    if (!key) return about_key(storage, key.error().message());
    options.key = *key;
    std::error_code failed;  // opening says so too
    fs::create_directories(fs::path{storage.path}.parent_path(), failed);
  }
  auto store = open_sqlite_store(std::move(options), std::move(loop));
  if (store.has_error()) return "storage.path: " + store.error();
  return std::move(*store);
}

StorageReport check_storage(const Storage& storage) {
  StorageReport report;
  if (storage.path == Storage::in_memory) return report;
  std::error_code failed;
  if (fs::exists(storage.key_file, failed)) {
    if (const auto key = load_or_make_key(storage.key_file); !key)
      report.problem = about_key(storage, key.error().message());
    const auto others = fs::perms::group_all | fs::perms::others_all;
    if ((fs::status(storage.key_file, failed).permissions() & others) != fs::perms::none)
      report.warnings.push_back(about_key(storage, "others than its owner may use it: chmod 600"));
  }
  if (share_folder(storage))
    report.warnings.push_back(about_key(
        storage, "it lies beside the database: whoever copies the folder has the passwords and what opens them"));
  if (report.problem.empty() && fs::exists(storage.path, failed)) {
    if (const auto wrong = check_sqlite_store(storage.path); !wrong.empty()) report.problem = "storage.path: " + wrong;
  }
  return report;
}

boost::system::result<std::size_t, std::string> rekey_storage(const Storage& storage) {
  std::error_code failed;
  if (!fs::exists(storage.key_file, failed)) return about_key(storage, "there is no key to replace");
  const auto old_key = load_or_make_key(storage.key_file);
  if (!old_key) return about_key(storage, old_key.error().message());
  const std::string new_file = storage.key_file + ".new";
  if (fs::exists(new_file, failed))
    return about_key(storage, "there is a " + new_file +
                                  " of an attempt that was cut off: put it in the key's place "
                                  "if the passwords cannot be read any more, or else remove it");
  const auto new_key = load_or_make_key(new_file);
  if (!new_key) return about_key(storage, "no new one can be made: " + new_key.error().message());
  auto count = rekey_sqlite_store(storage.path, *old_key, *new_key);
  if (count.has_error()) {
    fs::remove(new_file, failed);
    return "storage.path: " + count.error();
  }
  fs::rename(new_file, storage.key_file, failed);
  if (failed) return about_key(storage, "the new key is in " + new_file + "; put it in the old one's place");
  return *count;
}

}  // namespace isthmus
