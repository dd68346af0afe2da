#include <array>
#include <cctype>

#include "app/generate/data_set.hpp"

namespace duet::app {
namespace {

constexpr std::int64_t micros_per_day = 86'400'000'000;

struct Category {
    std::string_view name;
    std::array<std::string_view, 5> things;
    std::int64_t cheapest_cents;
    std::int64_t dearest_cents;
    std::int64_t lightest_grams;
    std::int64_t heaviest_grams;
};

constexpr std::array<Category, 6> categories = {{
    {"tools", {"hammer", "drill", "saw", "wrench", "level"}, 499, 39'900, 150, 6'000},
    {"kitchen", {"kettle", "pan", "knife", "grater", "teapot"}, 350, 24'900, 80, 4'500},
    {"garden", {"spade", "hose", "lantern", "trowel", "planter"}, 299, 18'900, 100, 12'000},
    {"books", {"atlas", "novel", "cookbook", "dictionary", "diary"}, 600, 8'900, 120, 2'800},
    {"toys", {"puzzle", "kite", "robot", "marbles", "castle"}, 250, 14'900, 30, 3'500},
    {"bicycles", {"bell", "saddle", "helmet", "pump", "lock"}, 790, 129'900, 40, 15'000},
}};

constexpr std::array<std::string_view, 10> qualities = {"sturdy", "light", "folding", "classic",
                                                        "quiet",  "small", "large",   "handmade",
                                                        "simple", "old"};
constexpr std::array<std::string_view, 8> brands = {
    "Nordwind", "Acme", "Fábrica Sol", "Kestrel", "Bärlin", "Otonashi", "Plum & Sons", "Vega"};
constexpr std::array<std::string_view, 8> colours = {"red",   "blue",  "green", "black",
                                                     "white", "ochre", "grey",  "café au lait"};
constexpr std::array<std::string_view, 6> materials = {"steel", "oak",  "bamboo",
                                                       "glass", "wool", "recycled plastic"};
constexpr std::array<std::string_view, 9> tags = {
    "new", "sale", "gift", "organic", "bestseller", "import", "limited", "outdoors", "refurbished"};
constexpr std::array<std::string_view, 4> currencies = {"EUR", "USD", "GBP", "CHF"};
constexpr std::array<std::string_view, 5> praises = {
    "Made to be handed down.", "Our customers buy it twice.", "Does one thing, and does it well.",
    "Comes in a box that you will keep.", "„Unverwüstlich“, says the workshop next door."};

/// An EAN-13: twelve digits and the digit that makes the weighted sum a multiple of ten.
std::string barcode(Random& random) {
    std::string digits = std::to_string(random.between(100'000'000'000, 999'999'999'999));
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
    }
    digits += static_cast<char>('0' + (10 - sum % 10) % 10);
    return digits;
}

std::string sku(std::string_view category, Random& random) {
    std::string text;
    for (const char c : category.substr(0, 3)) {
        text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return text + "-" + std::to_string(random.between(100'000, 999'999));
}

Value some_tags(Random& random) {
    List set;
    for (const std::string_view tag : tags) {
        if (random.chance(0.2)) set.emplace_back(std::string(tag));
    }
    return set;
}

Value attributes(Random& random) {
    Map map;
    map.emplace_back(std::string("colour"), random.pick(colours));
    map.emplace_back(std::string("material"), random.pick(materials));
    if (random.chance(0.3)) {
        map.emplace_back(std::string("warranty"), std::to_string(random.between(1, 10)) + " years");
    }
    return map;
}

Value images(const std::string& article, Random& random) {
    List list;
    const std::int64_t count = random.mostly_small(0, 4);
    for (std::int64_t i = 1; i <= count; ++i) {
        list.emplace_back("https://img.example.com/" + article + "/" + std::to_string(i) + ".webp");
    }
    return list;
}

std::vector<Value> make(Random& random, std::int64_t now) {
    const auto chosen = random.between(0, static_cast<std::int64_t>(categories.size()) - 1);
    const Category& category = categories[static_cast<std::size_t>(chosen)];
    const std::string article = sku(category.name, random);
    const std::string thing = random.pick(category.things);
    const std::string quality = random.pick(qualities);
    // Each draw is a statement of its own: the order within an expression is the compiler's choice.
    const std::string material = random.pick(materials);
    const std::string praise = random.pick(praises);
    const std::int64_t cents = random.mostly_small(category.cheapest_cents, category.dearest_cents);
    const std::int64_t grams =
        random.mostly_small(category.lightest_grams, category.heaviest_grams);
    const std::int64_t reviews = random.mostly_small(0, 20'000);

    std::vector<Value> values;
    values.emplace_back(article);
    values.emplace_back(quality + " " + thing);
    values.emplace_back("A " + quality + " " + thing + " of " + material + ". " + praise);
    values.emplace_back(std::string(category.name));
    values.emplace_back(random.pick(brands));
    values.emplace_back(Decimal{BigInteger::from_int64(cents), 2});
    values.emplace_back(random.pick(currencies));
    values.emplace_back(random.mostly_small(0, 5'000));
    values.emplace_back(reviews == 0 ? Value() : static_cast<double>(random.between(10, 50)) / 10);
    values.emplace_back(reviews);
    values.emplace_back(static_cast<float>(grams) / 1'000);
    values.emplace_back(random.chance(0.9));
    values.emplace_back(random.chance(0.2) ? Value(random.between(1, 14) * 5) : Value());
    values.push_back(some_tags(random));
    values.push_back(attributes(random));
    values.push_back(images(article, random));
    values.emplace_back(random.uuid());
    values.emplace_back(BigInteger{barcode(random)});
    values.emplace_back(now / micros_per_day - random.between(0, 4'000));
    values.emplace_back(now / 1'000);
    return values;
}

}  // namespace

DataSet products_data_set() {
    DataSet set;
    set.name = "products";
    set.columns = {
        {"sku", simple_type(Kind::ascii)},        {"name", simple_type(Kind::text)},
        {"description", simple_type(Kind::text)}, {"category", simple_type(Kind::text)},
        {"brand", simple_type(Kind::text)},       {"price", simple_type(Kind::decimal)},
        {"currency", simple_type(Kind::ascii)},   {"stock", simple_type(Kind::int_)},
        {"rating", simple_type(Kind::double_)},   {"reviews", simple_type(Kind::bigint)},
        {"weight", simple_type(Kind::float_)},    {"active", simple_type(Kind::boolean)},
        {"discount", simple_type(Kind::tinyint)}, {"tags", set_type(Kind::text)},
        {"attributes", text_map_type()},          {"images", list_type(Kind::text)},
        {"supplier", simple_type(Kind::uuid)},    {"barcode", simple_type(Kind::varint)},
        {"released", simple_type(Kind::date)},    {"created", simple_type(Kind::timestamp)},
    };
    set.changing = {"price",  "stock",    "rating", "reviews",
                    "active", "discount", "tags",   "attributes"};
    set.make = make;
    return set;
}

}  // namespace duet::app
