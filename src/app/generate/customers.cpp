#include <array>

#include "app/generate/data_set.hpp"

namespace duet::app {
namespace {

constexpr std::int64_t micros_per_day = 86'400'000'000;

struct Name {
    std::string_view written;
    std::string_view in_addresses;  // as the mail address spells it
};

struct Place {
    std::string_view city;
    std::string_view country;
    std::string_view language;
    std::string_view dialling_code;
};

constexpr std::array<Name, 12> given_names = {{{"Ada", "ada"},
                                               {"Zoë", "zoe"},
                                               {"Ólafur", "olafur"},
                                               {"Mei", "mei"},
                                               {"Jürgen", "juergen"},
                                               {"Priya", "priya"},
                                               {"Tomás", "tomas"},
                                               {"Grace", "grace"},
                                               {"Yusuf", "yusuf"},
                                               {"Łucja", "lucja"},
                                               {"Sam", "sam"},
                                               {"Noor", "noor"}}};
constexpr std::array<Name, 12> family_names = {{{"Lovelace", "lovelace"},
                                                {"Müller", "mueller"},
                                                {"Nguyễn", "nguyen"},
                                                {"O'Brien", "obrien"},
                                                {"García", "garcia"},
                                                {"Kowalski", "kowalski"},
                                                {"Sato", "sato"},
                                                {"Okafor", "okafor"},
                                                {"Jónsdóttir", "jonsdottir"},
                                                {"Patel", "patel"},
                                                {"Hopper", "hopper"},
                                                {"de la Cruz", "delacruz"}}};
constexpr std::array<Place, 8> places = {{{"Hamburg", "DE", "de", "+49"},
                                          {"Zürich", "CH", "de", "+41"},
                                          {"Lyon", "FR", "fr", "+33"},
                                          {"León", "ES", "es", "+34"},
                                          {"Kraków", "PL", "pl", "+48"},
                                          {"Reykjavík", "IS", "is", "+354"},
                                          {"京都", "JP", "ja", "+81"},
                                          {"Cork", "IE", "en", "+353"}}};
constexpr std::array<std::string_view, 8> streets = {
    "Mill Lane",   "Hafenstraße", "Rue de l'Église", "Station Road",
    "Calle Mayor", "High Street", "ul. Długa",       "Am Wall"};
constexpr std::array<std::string_view, 8> interests = {
    "cycling", "cooking", "gardening", "chess", "hiking", "music", "sailing", "reading"};
constexpr std::array<std::string_view, 3> themes = {"light", "dark", "system"};
constexpr std::array<std::string_view, 4> mail_hosts = {"example.com", "example.org", "example.net",
                                                        "mail.example"};

template <class T, std::size_t count>
const T& one_of(const std::array<T, count>& all, Random& random) {
    return all[static_cast<std::size_t>(random.between(0, count - 1))];
}

/// From the ranges kept for documentation (RFC 5737, RFC 3849).
Inet address(Random& random) {
    Inet inet;
    if (random.chance(0.8)) {
        inet.bytes = {203, 0, 113, static_cast<std::uint8_t>(random.between(1, 254))};
        return inet;
    }
    inet.size = 16;
    inet.bytes = {0x20, 0x01, 0x0d, 0xb8};
    for (std::size_t i = 8; i < 16; ++i) {
        inet.bytes[i] = static_cast<std::uint8_t>(random.between(0, 255));
    }
    return inet;
}

Value some_interests(Random& random) {
    List set;
    for (const std::string_view interest : interests) {
        if (random.chance(0.25)) set.emplace_back(std::string(interest));
    }
    return set;
}

Value preferences(Random& random) {
    Map map;
    map.emplace_back(std::string("theme"), random.pick(themes));
    map.emplace_back(std::string("receipts"), std::string(random.chance(0.7) ? "mail" : "paper"));
    return map;
}

Value avatar(Random& random) {
    Blob blob;
    if (random.chance(0.6)) return {};
    const std::int64_t size = random.between(16, 96);
    for (std::int64_t i = 0; i < size; ++i) {
        blob.bytes.push_back(static_cast<std::uint8_t>(random.between(0, 255)));
    }
    return blob;
}

std::vector<Value> make(Random& random, std::int64_t now) {
    const Name& given = one_of(given_names, random);
    const Name& family = one_of(family_names, random);
    const Place& place = one_of(places, random);
    const std::int64_t number = random.between(1, 9'999);
    const std::int64_t orders = random.mostly_small(0, 400);
    const std::int64_t today = now / micros_per_day;

    std::vector<Value> values;
    values.emplace_back(std::string(given.written) + " " + std::string(family.written));
    values.emplace_back(std::string(given.in_addresses) + "." + std::string(family.in_addresses) +
                        std::to_string(number) + "@" + random.pick(mail_hosts));
    values.emplace_back(std::string(place.dialling_code) + " " +
                        std::to_string(random.between(100'000'000, 999'999'999)));
    values.emplace_back(today - random.between(18 * 366, 90 * 365));
    values.emplace_back(random.pick(streets));
    values.emplace_back(random.mostly_small(1, 400));
    values.emplace_back(std::to_string(random.between(10'000, 99'999)));
    values.emplace_back(std::string(place.city));
    values.emplace_back(std::string(place.country));
    values.emplace_back(std::string(place.language));
    values.emplace_back(orders * random.between(5, 120));
    values.emplace_back(address(random));
    values.emplace_back(now / 1'000 - random.mostly_small(0, 90 * 86'400'000LL));
    values.emplace_back(random.chance(0.4));
    values.emplace_back(Decimal{BigInteger::from_int64(random.between(-50'000, 250'000)), 2});
    values.emplace_back(orders);
    values.push_back(some_interests(random));
    values.push_back(preferences(random));
    values.push_back(avatar(random));
    values.emplace_back(random.between(7 * 4, 20 * 4) * 900'000'000'000);
    values.emplace_back(now / 1'000);
    return values;
}

}  // namespace

DataSet customers_data_set() {
    DataSet set;
    set.name = "customers";
    set.columns = {
        {"name", simple_type(Kind::text)},
        {"email", simple_type(Kind::text)},
        {"phone", simple_type(Kind::text)},
        {"birthday", simple_type(Kind::date)},
        {"street", simple_type(Kind::text)},
        {"house_number", simple_type(Kind::smallint)},
        {"postcode", simple_type(Kind::ascii)},
        {"city", simple_type(Kind::text)},
        {"country", simple_type(Kind::ascii)},
        {"language", simple_type(Kind::ascii)},
        {"loyalty", simple_type(Kind::bigint)},
        {"last_ip", simple_type(Kind::inet)},
        {"last_login", simple_type(Kind::timestamp)},
        {"newsletter", simple_type(Kind::boolean)},
        {"balance", simple_type(Kind::decimal)},
        {"orders", simple_type(Kind::int_)},
        {"interests", set_type(Kind::text)},
        {"preferences", text_map_type()},
        {"avatar", simple_type(Kind::blob)},
        {"call_after", simple_type(Kind::time)},
        {"joined", simple_type(Kind::timestamp)},
    };
    set.changing = {"street",     "house_number", "loyalty", "last_ip",
                    "last_login", "newsletter",   "balance", "orders",
                    "interests",  "preferences",  "avatar",  "call_after"};
    set.make = make;
    return set;
}

}  // namespace duet::app
