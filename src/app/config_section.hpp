#pragma once
// A section of a configuration file: each value that is read is checked, and what nobody asked for
// is a mistake. Messages begin with file, line and column.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace duet::app {

/// One table of the file. Each key is asked for by name; finish() notes the keys that nobody asked
/// for. Sections share the file: any of them may outlive the others.
class Section {
public:
    /// The part above the first [section]. Throws UsageError where the text is no TOML. `name`
    /// stands for the file in messages; relative paths in it are taken from `folder`.
    [[nodiscard]] static Section parse(const std::string& text, const std::string& name,
                                       const std::filesystem::path& folder);

    /// Throws UsageError: where, the key, and what is wrong with it. The key is in the file.
    [[noreturn]] void fail(std::string_view key, const std::string& what) const;
    /// The same of the section as a whole.
    [[noreturn]] void missing(const std::string& what) const;
    [[nodiscard]] bool has(std::string_view key) const;

    // What is not in the file stays as it is.
    void read(std::string_view key, std::string& into);
    void read(std::string_view key, std::vector<std::string>& into);
    void read(std::string_view key, std::size_t& into, std::int64_t least, std::int64_t most);
    void read(std::string_view key, std::chrono::milliseconds& into,
              std::chrono::milliseconds least, std::chrono::milliseconds most);
    void read(std::string_view key, bool& into);
    /// A path; a relative one is taken from the file's folder.
    void read_path(std::string_view key, std::string& into);
    /// Above 0, at most 1.
    void read_share(std::string_view key, double& into);
    /// One of these words.
    void read_word(std::string_view key, std::string& into, const std::vector<std::string>& valid);
    /// A file whose first line is the secret.
    void read_secret(std::string_view key, std::string& into);

    [[nodiscard]] Section section(std::string_view key);
    [[nodiscard]] std::vector<Section> sections(std::string_view key);

    void finish() const;
    /// Throws UsageError with all that finish() has noted, in any section.
    void refuse() const;

private:
    struct Place;  // in the file

    explicit Section(std::shared_ptr<Place> place) : place_(std::move(place)) {}

    std::shared_ptr<Place> place_;
};

constexpr std::size_t secret_limit = 64U << 10;  // bytes of a password file

}  // namespace duet::app
