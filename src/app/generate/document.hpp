#pragma once
// Documents as an application writes them. Not Duet's own codec, on purpose: the generator plays a
// foreign application, and what it writes must not be right only by agreeing with Duet.

#include <string>

#include "app/generate/record_generator.hpp"

namespace duet::app {

/// All values that are not null, and `version_field` (ISO 8601 with microseconds).
[[nodiscard]] std::string document_of(const GeneratedRecord& record,
                                      const std::string& version_field);

/// `{"mappings": ...}` for an index of such documents.
[[nodiscard]] std::string index_body(const DataSet& set, const std::string& version_field);

}  // namespace duet::app
