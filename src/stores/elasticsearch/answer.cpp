#include "stores/elasticsearch/answer.hpp"

#include "base/error.hpp"
#include "stores/elasticsearch/reader.hpp"

namespace duet::elasticsearch {

JsonDocument parse_answer(std::string_view body, const std::string& index) {
    auto document = JsonDocument::parse(body);
    if (!document)
        throw ProtocolError("index " + index + ": the answer is no JSON: " + shown(body));
    return std::move(*document);
}

}  // namespace duet::elasticsearch
