#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support.hpp"
#include "unit/stores/arbitrary.hpp"

namespace duet::elasticsearch {
namespace {

constexpr int deepest = 3;

RC_GTEST_PROP(CodecProperty, every_value_comes_back_as_it_was_written, ()) {
    const Type type = any_type(deepest);
    const Schema schema = schema_of({{"some \"field\"", type}});
    const Layout layout = layout_of(schema);
    Content content;
    content.values.push_back(any_value(type));
    std::string out;
    const auto refusal =
        append_document(out, Id(), content, Version{1'795'184'227'797'123}, layout);
    RC_ASSERT(!refusal);
    RC_LOG() << to_cql(type) << ": " << out << "\n";
    const ReadDocument read = read_source(out, layout);
    if (read.problem) RC_FAIL(read.problem->reason + " " + read.problem->value);
    RC_ASSERT(same_content(read.content, content, schema));
    RC_ASSERT(read.version == Version{1'795'184'227'797'123});
}

RC_GTEST_PROP(CodecProperty, a_document_is_one_line, ()) {
    const Type type = any_type(deepest);
    const Layout layout = layout_of(schema_of({{"f", type}}));
    Content content;
    content.values.push_back(any_value(type));
    std::string out;
    RC_ASSERT(!append_document(out, Id(), content, Version{0}, layout));
    RC_ASSERT(out.find('\n') == std::string::npos);
}

RC_GTEST_PROP(CodecProperty, any_json_is_a_value_or_a_refusal, ()) {
    const Type type = any_type(deepest);
    const Layout layout = layout_of(schema_of({{"f", type}}));
    const Type other = any_type(deepest);
    const Layout other_layout = layout_of(schema_of({{"f", other}}));
    Content content;
    content.values.push_back(any_value(other));
    std::string out;
    RC_ASSERT(!append_document(out, Id(), content, Version{0}, other_layout));
    const ReadDocument read = read_source(out, layout);
    if (read.problem) {
        RC_ASSERT(read.problem->field == "f");
        RC_ASSERT(!read.problem->reason.empty());
        return;
    }
    // What was taken can be written again, and says the same.
    std::string again;
    const auto refusal = append_document(again, Id(), read.content, Version{0}, layout);
    if (refusal) RC_FAIL(refusal->reason);
    RC_LOG() << to_cql(type) << ": " << out << " " << again << "\n";
    const ReadDocument back = read_source(again, layout);
    RC_ASSERT(!back.problem);
    RC_ASSERT(same_content(read.content, back.content, schema_of({{"f", type}})));
}

}  // namespace
}  // namespace duet::elasticsearch
