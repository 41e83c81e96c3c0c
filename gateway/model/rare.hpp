#pragma once
// A value that is seldom there: one pointer wide while it is not, and copied as a value.
#include <memory>
#include <utility>

namespace isthmus {

template <class T>
class Rare {
 public:
  Rare() = default;
  explicit(false) Rare(T value) : value_{std::make_unique<T>(std::move(value))} {}
  Rare(const Rare& other) : value_{other.value_ ? std::make_unique<T>(*other.value_) : nullptr} {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(Rare other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~Rare() = default;

  explicit operator bool() const noexcept { return value_ != nullptr; }
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_.get(); }
  const T* operator->() const noexcept { return value_.get(); }
  /// The value, made if there is none.
  T& get() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }
  void reset() noexcept { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace isthmus
