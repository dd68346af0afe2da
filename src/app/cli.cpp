#include "app/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "app/config.hpp"
#include "app/duration.hpp"
#include "app/nearest.hpp"
#include "base/error.hpp"

namespace duet::app {

namespace {

constexpr const char* description =
    "Duet keeps Apache Cassandra and Elasticsearch in step, both ways: the newest write of a\n"
    "record wins, whichever side it happened on.";

constexpr const char* footer =
    "\nExamples:\n"
    "  duet plan                     what would be created and copied, changing nothing\n"
    "  duet run --period 200ms       keep both sides in step until told to stop\n"
    "  duet once && duet verify      bring both sides level, then prove it\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 verify found differences.\n"
    "`duet COMMAND --help` explains a command.";

const std::vector<std::pair<std::string, log::Level>> levels{{"debug", log::Level::debug},
                                                             {"info", log::Level::info},
                                                             {"warning", log::Level::warning},
                                                             {"error", log::Level::error}};

/// All options of all commands, bound to the values they fill.
class Parser {
public:
    Parser();
    [[nodiscard]] std::variant<CommandLine, Answer> parse(std::vector<std::string> arguments);

private:
    CLI::App app_{description, "duet"};
    CommonOptions common_;
    RunCommand run_;
    PlanCommand plan_;
    VerifyCommand verify_;
    StatusCommand status_;
    QuarantineCommand quarantine_;
    ConflictsCommand conflicts_;
    GenerateCommand generate_;
    Command chosen_;

    CLI::App* command(CLI::App& parent, const std::string& name, const std::string& text,
                      std::function<void()> choose);
    void add_common(CLI::App& command);
    void add_plain_commands();
    void add_quarantine();
    void add_conflicts();
    void add_generate();
    void refuse_leftovers();
};

/// The command that was chosen, however deep.
const CLI::App& deepest(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : deepest(*chosen.front());
}

/// What could stand after this command: its options and its own commands.
std::vector<std::string> words_of(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
    for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
    return words;
}

/// "duet quarantine list"
std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name()
                                       : full_name(*app.get_parent()) + " " + app.get_name();
}

/// keyspace.table
bool is_pair_name(const std::string& word) {
    const std::size_t dot = word.find('.');
    return dot != std::string::npos && dot > 0 && dot + 1 < word.size();
}

[[noreturn]] void fail(const CLI::App& app, const std::string& sentence) {
    throw UsageError(fmt::format("{}\n`{} --help` lists what it takes.", sentence, full_name(app)));
}

Parser::Parser() {
    app_.set_version_flag("--version", "duet " DUET_VERSION, "Print the version and exit");
    app_.set_help_flag("-h,--help", "Print this help and exit");
    app_.footer(footer);
    app_.allow_extras();  // gathered by refuse_leftovers(), which knows what was meant
    app_.get_formatter()->column_width(34);
    add_common(app_);
    add_plain_commands();
    add_quarantine();
    add_conflicts();
    add_generate();
}

CLI::App* Parser::command(CLI::App& parent, const std::string& name, const std::string& text,
                          std::function<void()> choose) {
    CLI::App* added = parent.add_subcommand(name, text);
    added->footer("");
    if (choose) {
        add_common(*added);
        added->final_callback(std::move(choose));
    }
    return added;
}

void Parser::add_common(CLI::App& command) {
    const auto group = [](CLI::Option* option) { option->group("Options of every command"); };
    group(command
              .add_option("--config", common_.config,
                          "The configuration file; default: duet.toml here, else "
                          "/etc/duet/duet.toml, else built-in defaults")
              ->type_name("FILE"));
    group(command
              .add_option_function<std::string>(
                  "--period",
                  [this](const std::string& text) {
                      common_.period = parse_duration(text);
                      if (common_.period && *common_.period >= shortest_period &&
                          *common_.period <= longest_period) {
                          return;
                      }
                      throw CLI::ValidationError(fmt::format(
                          "--period cannot be \"{}\": write a duration from {} to {}, such as "
                          "200ms, 1s or 5m",
                          text, format_duration(shortest_period), format_duration(longest_period)));
                  },
                  "How often to look for changes: 200ms, 1s, 5m")
              ->type_name("TIME"));
    group(command
              .add_option("--cassandra", common_.cassandra,
                          "Cassandra's nodes, instead of the file's")
              ->type_name("HOST:PORT"));
    group(command
              .add_option("--elasticsearch", common_.elasticsearch,
                          "Elasticsearch's nodes, instead of the file's")
              ->type_name("URL"));
    group(command.add_flag("--all", common_.all,
                           "Pair every keyspace, though the servers are not on this machine"));
    group(command
              .add_option_function<std::string>(
                  "--log-level",
                  [this](const std::string& text) {
                      const auto found = std::ranges::find(
                          levels, text, [](const auto& level) { return level.first; });
                      if (found == levels.end()) {
                          throw CLI::ValidationError(fmt::format(
                              "--log-level cannot be \"{}\": it is debug, info, warning or error",
                              text));
                      }
                      common_.level = found->second;
                  },
                  "debug, info (what `run` logs), warning (the others) or error")
              ->type_name("LEVEL"));
    group(command.add_flag("--syslog", common_.syslog, "Log to syslog instead of standard error"));
}

void Parser::add_plain_commands() {
    auto* run = command(app_, "run", "Keep both sides in step until SIGTERM or SIGINT (the daemon)",
                        [this] { chosen_ = run_; });
    run->add_option("--force-deletes", run_.force_deletes,
                    "Make the deletes that stopped this pair, once, though they are more than "
                    "max_delete")
        ->type_name("KEYSPACE.TABLE")
        ->allow_extra_args(false);
    command(app_, "once", "Bring both sides level, then exit", [this] { chosen_ = OnceCommand{}; });

    auto* plan = command(app_, "plan", "Show what would be created and copied, changing nothing",
                         [this] { chosen_ = plan_; });
    plan->add_flag("--ddl", plan_.ddl,
                   "Also the statements and requests that would be sent, to paste elsewhere");

    auto* verify = command(app_, "verify", "Compare both sides; exit 3 if they differ",
                           [this] { chosen_ = verify_; });
    verify->add_flag("--deep", verify_.deep,
                     "Compare the content of every record, not only ids and versions");
    verify->add_flag("--repair", verify_.repair, "Bring level what differs");
    verify->add_flag("--json", verify_.json,
                     "For programs; names up to 1,000 differences of a pair");

    auto* status =
        command(app_, "status", "Show pairs, feeds, lag and counts", [this] { chosen_ = status_; });
    status->add_flag("--json", status_.json, "As JSON");

    auto* config = command(app_, "config", "Check a configuration file", nullptr);
    config->require_subcommand(1);
    command(*config, "check", "Read the file, say what is wrong with it, or print what holds",
            [this] { chosen_ = CheckCommand{}; });
}

/// What an action is about: a pair, records of it, or records wherever they are.
struct Target {
    std::string pair;
    std::vector<Id> ids;
};

/// How many ids an action takes behind the pair, which is never needed.
struct Ids {
    std::size_t least;
    std::size_t most;
};

constexpr std::size_t any_number = SIZE_MAX;

/// Where an id is needed, a lone word is that id, though it looks like a pair: ids may have dots.
Target target_of(const std::vector<std::string>& words, Ids ids) {
    Target target;
    for (const std::string& word : words) {
        if (word.empty()) throw CLI::ValidationError("\"\" is no ID");
        const bool may_be_pair = &word == &words.front() && words.size() > ids.least;
        if (may_be_pair && is_pair_name(word)) {
            target.pair = word;
        } else {
            target.ids.push_back(Id::of(word));
        }
    }
    if (target.ids.size() > ids.most)
        throw CLI::ValidationError(fmt::format("\"{}\" is no KEYSPACE.TABLE", words.front()));
    return target;
}

void add_target(CLI::App& command, Ids ids, const std::string& text,
                std::function<void(Target)> take) {
    const std::string name = ids.most == 0    ? "KEYSPACE.TABLE"
                             : ids.least == 0 ? "[KEYSPACE.TABLE] [ID]"
                                              : "[KEYSPACE.TABLE] ID";
    const int most = ids.most == any_number ? -1 : static_cast<int>(ids.most) + 1;
    command
        .add_option_function<std::vector<std::string>>(
            name,
            [ids, take = std::move(take)](const std::vector<std::string>& words) {
                take(target_of(words, ids));
            },
            text)
        ->type_name("")
        ->required(ids.least > 0)
        ->expected(1, most);
}

void Parser::add_quarantine() {
    using Action = QuarantineCommand::Action;
    auto* quarantine = command(app_, "quarantine",
                               "Records that a store refuses: list, show, retry or drop", nullptr);
    quarantine->require_subcommand(1);
    const auto action = [&](const char* name, const char* text, Action value) {
        return command(*quarantine, name, text, [this, value] {
            quarantine_.action = value;
            chosen_ = quarantine_;
        });
    };
    const auto take = [this](Target target) {
        quarantine_.pair = std::move(target.pair);
        quarantine_.ids = std::move(target.ids);
    };
    add_target(*action("list", "Which records, and why", Action::list), {0, 0}, "Only of this pair",
               take);
    add_target(*action("show", "A record with the content of both sides", Action::show), {1, 1},
               "The record", take);
    add_target(*action("retry", "Look at them again now", Action::retry), {0, any_number},
               "Records, or all of a pair, or records of a pair; none: all of all pairs", take);
    add_target(*action("drop",
                       "Forget them: where the sides still differ, the row wins when they "
                       "are next looked at",
                       Action::drop),
               {1, any_number}, "The records; of which pair, where several hold one of that ID",
               take);
}

void Parser::add_conflicts() {
    using Action = ConflictsCommand::Action;
    auto* conflicts =
        command(app_, "conflicts", "What was beaten and kept: list, show or restore", nullptr);
    conflicts->require_subcommand(1);
    const auto action = [&](const char* name, const char* text, Action value) {
        return command(*conflicts, name, text, [this, value] {
            conflicts_.action = value;
            chosen_ = conflicts_;
        });
    };
    const auto take = [this](Target target) {
        conflicts_.pair = std::move(target.pair);
        if (!target.ids.empty()) conflicts_.id = std::move(target.ids.front());
    };
    auto* list = action("list", "The newest, one line each", Action::list);
    add_target(*list, {0, 0}, "Only of this pair", take);
    list->add_option("--limit", conflicts_.limit, "How many of each pair")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    add_target(*action("show", "The beaten contents of a record", Action::show), {1, 1},
               "The record", take);
    add_target(*action("restore", "Make a record's newest beaten content its content again",
                       Action::restore),
               {1, 1}, "The record; of which pair, where several hold one of that ID", take);
}

void Parser::add_generate() {
    auto* generate = command(app_, "generate", "Write random data into either or both sides",
                             [this] { chosen_ = generate_; });
    GenerateCommand& into = generate_;
    generate->add_option("--side", into.side, "cassandra, elasticsearch or both")
        ->check(CLI::IsMember({"cassandra", "elasticsearch", "both"}))
        ->capture_default_str();
    generate->add_option("--keyspace", into.keyspace, "Where to write")->capture_default_str();
    generate->add_option("--tables", into.tables, "Which tables; default: all that are known")
        ->delimiter(',')
        ->type_name("NAME,...");
    generate
        ->add_option("--rate", into.rate, "Writes a second; 0: as fast as the servers take them")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    generate->add_option("--count", into.count, "Writes in all; 0: until stopped")
        ->capture_default_str();
    generate->add_option("--seed", into.seed, "For the same data again; 0: other data each time")
        ->capture_default_str();
    generate->add_option("--update-share", into.update_share, "Part of the writes that update")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    generate
        ->add_option("--conflicts", into.conflict_share,
                     "Part of the updates that write both sides at once")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
}

void Parser::refuse_leftovers() {
    const CLI::App& app = deepest(app_);
    const std::vector<std::string> left = app_.remaining(true);
    if (left.empty()) {
        if (&app == &app_) fail(app, "Say what to do: duet run, once, plan, verify, status, …");
        return;
    }
    const std::string word = left.front().substr(0, left.front().find('='));
    const std::string kind = word.starts_with('-') ? "option"
                             : &app == &app_       ? "command"
                                                   : "argument";
    const auto near = nearest(word, words_of(app));
    fail(app, near ? fmt::format("Unknown {} \"{}\": did you mean \"{}\"?", kind, word, *near)
                   : fmt::format("Unknown {} \"{}\".", kind, word));
}

std::variant<CommandLine, Answer> Parser::parse(std::vector<std::string> arguments) {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    try {
        app_.parse(arguments);
    } catch (const CLI::CallForVersion& version) {
        return Answer{std::string(version.what()) + "\n"};
    } catch (const CLI::CallForHelp&) {
        return Answer{app_.help()};
    } catch (const CLI::RequiredError& error) {
        if (!app_.remaining(true).empty()) refuse_leftovers();
        fail(deepest(app_), error.what());
    } catch (const CLI::ValidationError& error) {
        // Ours speak for themselves; CLI11 puts the option's name before its own.
        const std::string text = error.what();
        const std::string_view nameless = "ValidationError: ";
        fail(deepest(app_), text.starts_with(nameless) ? text.substr(nameless.size()) : text);
    } catch (const CLI::ParseError& error) {
        fail(deepest(app_), error.what());
    }
    refuse_leftovers();
    return CommandLine{std::move(common_), std::move(chosen_)};
}

}  // namespace

std::variant<CommandLine, Answer> parse_command_line(const std::vector<std::string>& arguments) {
    Parser parser;
    return parser.parse(arguments);
}

}  // namespace duet::app
