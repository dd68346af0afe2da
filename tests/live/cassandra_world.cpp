#include "live/cassandra_world.hpp"

namespace duet::live {
namespace {

Task<void> drop_keyspace() {
    auto session = new_session();
    co_await session->connect();
    (void)co_await session->query(std::string("DROP KEYSPACE IF EXISTS ") +
                                  CassandraWorld::keyspace);
}

/// Leaves the server as it was, if a story was told at all.
class Cleaner final : public testing::Environment {
public:
    void TearDown() override {
        if (told) {
            run(drop_keyspace());
        }
    }
};

const testing::Environment* const cleaner = testing::AddGlobalTestEnvironment(new Cleaner);

}  // namespace

bool told = false;

Task<void> tell(Story story) {
    static_cast<void>(cleaner);
    CassandraWorld world;
    co_await world.connect();
    told = true;
    co_await story(world);
}

}  // namespace duet::live
