#pragma once
// What the adapters of one kind have in common, however many components show them: one for this process, not a copy
// for each, which would not hear of what the others change.
#include <map>
#include <memory>
#include <typeindex>
#include <utility>

namespace isthmus {

class Commons {
 public:
  /// The T of this process; the first that asks makes it, of `arguments`. It lives as long as this.
  template <class T, class... Arguments>
  T& of(Arguments&&... arguments) {
    auto& part = parts_[typeid(T)];
    if (part == nullptr) part = std::make_shared<T>(std::forward<Arguments>(arguments)...);
    return *static_cast<T*>(part.get());
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> parts_;
};

}  // namespace isthmus
