#pragma once
// A folder as Cassandra fills it.

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "unit/journal/built.hpp"

namespace duet::journal {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "journalXXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    static constexpr std::size_t file_size = 8192;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void write(const BuiltSegment& built) const {
        write(built.name().log_file(), built.padded(file_size));
    }
    void write(const std::string& name, const Bytes& bytes) const {
        std::ofstream(path_ / name, std::ios::binary) << as_text(bytes);
    }
    void complete(SegmentName name) const {
        std::ofstream(path_ / name.index_file()) << "4096\nCOMPLETED";
    }
    void remove(SegmentName name) const { std::filesystem::remove(path_ / name.log_file()); }
    [[nodiscard]] bool has(SegmentName name) const {
        return std::filesystem::exists(path_ / name.log_file());
    }

private:
    std::filesystem::path path_;
};

}  // namespace duet::journal
