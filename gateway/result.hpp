#pragma once
// Bad data is a value: what may fail returns a Result, never throws.
#include <boost/system/result.hpp>

namespace isthmus {

template <class T = void>
using Result = boost::system::result<T>;

}  // namespace isthmus
