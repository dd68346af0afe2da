#pragma once
// Answers of the server as JSON.

#include <string>
#include <string_view>

#include "stores/elasticsearch/json.hpp"

namespace duet::elasticsearch {

/// Throws ProtocolError where the body is no JSON.
[[nodiscard]] JsonDocument parse_answer(std::string_view body, const std::string& index);

}  // namespace duet::elasticsearch
