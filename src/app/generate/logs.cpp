#include <array>

#include "app/generate/data_set.hpp"

namespace duet::app {
namespace {

struct Service {
    std::string_view name;
    std::array<std::string_view, 4> paths;
};

constexpr std::array<Service, 5> services = {{
    {"checkout", {"/cart", "/cart/items", "/payment", "/orders"}},
    {"search", {"/search", "/suggest", "/categories", "/facets"}},
    {"accounts", {"/login", "/logout", "/profile", "/password"}},
    {"images", {"/thumb", "/full", "/upload", "/sprite"}},
    {"stock", {"/levels", "/reserve", "/release", "/count"}},
}};

constexpr std::array<std::string_view, 5> methods = {"GET", "GET", "GET", "POST", "PUT"};
constexpr std::array<std::string_view, 3> regions = {"eu-north", "eu-south", "us-east"};
constexpr std::array<std::string_view, 4> failures = {
    "connection reset by peer", "deadline exceeded", "out of stock between cart and payment",
    "unexpected token '<' at line 1"};
constexpr std::array<std::string_view, 5> frames = {"main", "serve", "route", "handle_request",
                                                    "query"};

/// From a private network.
Inet host(Random& random) {
    Inet inet;
    inet.bytes = {10, 20, static_cast<std::uint8_t>(random.between(0, 3)),
                  static_cast<std::uint8_t>(random.between(1, 254))};
    return inet;
}

std::int64_t status_of(Random& random) {
    if (random.chance(0.9)) return random.chance(0.9) ? 200 : 304;
    if (random.chance(0.7)) return random.chance(0.5) ? 404 : 401;
    return random.chance(0.5) ? 500 : 503;
}

std::string level_of(std::int64_t status, bool slow) {
    if (status >= 500) return "ERROR";
    if (status >= 400 || slow) return "WARN";
    return "INFO";
}

Value labels(Random& random) {
    Map map;
    map.emplace_back(std::string("region"), random.pick(regions));
    map.emplace_back(std::string("build"), std::to_string(random.between(4'000, 4'020)));
    return map;
}

Value stack(Random& random) {
    List list;
    const std::int64_t depth = random.between(2, 5);
    for (std::int64_t i = 0; i < depth; ++i) {
        list.emplace_back(std::string(frames[static_cast<std::size_t>(i)]) + ":" +
                          std::to_string(random.between(10, 900)));
    }
    return list;
}

std::vector<Value> make(Random& random, std::int64_t now) {
    const auto chosen = random.between(0, static_cast<std::int64_t>(services.size()) - 1);
    const Service& service = services[static_cast<std::size_t>(chosen)];
    const std::int64_t status = status_of(random);
    const std::int64_t duration_ms = random.mostly_small(1, status >= 500 ? 30'000 : 4'000);
    const bool slow = duration_ms > 1'000;
    const std::string method = random.pick(methods);
    const std::string path = random.pick(service.paths);
    std::string message = method + " " + path + " " + std::to_string(status) + " in " +
                          std::to_string(duration_ms) + " ms";
    if (status >= 500) message += ": " + random.pick(failures);

    std::vector<Value> values;
    values.emplace_back(now / 1'000);
    values.emplace_back(level_of(status, slow));
    values.emplace_back(std::string(service.name));
    values.emplace_back(host(random));
    values.emplace_back(message);
    values.emplace_back("worker-" + std::to_string(random.between(1, 16)));
    values.emplace_back(duration_ms);
    values.emplace_back(status);
    values.emplace_back(method);
    values.emplace_back(path);
    values.emplace_back(status == 304 ? Value() : Value(random.mostly_small(120, 5'000'000)));
    values.emplace_back(random.uuid());
    values.emplace_back(Uuid::version1(now, random.bits()));
    values.emplace_back(random.share());
    values.emplace_back(static_cast<float>(random.between(64 * 4, 2'048 * 4)) / 4);
    values.push_back(labels(random));
    values.push_back(status >= 500 ? stack(random) : Value());
    values.emplace_back(slow);
    return values;
}

}  // namespace

DataSet logs_data_set() {
    DataSet set;
    set.name = "logs";
    set.columns = {
        {"at", simple_type(Kind::timestamp)},      {"level", simple_type(Kind::ascii)},
        {"service", simple_type(Kind::text)},      {"host", simple_type(Kind::inet)},
        {"message", simple_type(Kind::text)},      {"thread", simple_type(Kind::ascii)},
        {"duration_ms", simple_type(Kind::int_)},  {"http_status", simple_type(Kind::smallint)},
        {"method", simple_type(Kind::ascii)},      {"path", simple_type(Kind::text)},
        {"bytes_sent", simple_type(Kind::bigint)}, {"trace", simple_type(Kind::uuid)},
        {"span", simple_type(Kind::timeuuid)},     {"cpu_share", simple_type(Kind::double_)},
        {"memory_mib", simple_type(Kind::float_)}, {"labels", text_map_type()},
        {"stack", list_type(Kind::text)},          {"slow", simple_type(Kind::boolean)},
    };
    // What a collector adds to a line after it was written.
    set.changing = {"level", "labels", "cpu_share", "memory_mib", "stack"};
    set.make = make;
    return set;
}

}  // namespace duet::app
