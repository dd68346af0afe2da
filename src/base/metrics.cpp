#include "base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>

namespace duet::metrics {
namespace {

/// Families are kept here, since asking the registry for one each time walks over all of them.
struct Metrics {
    prometheus::Registry registry;
    std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counters;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*, std::less<>> gauges;
    std::map<std::string, prometheus::Family<prometheus::Histogram>*, std::less<>> histograms;
};

Metrics& metrics() {
    static Metrics instance;
    return instance;
}

prometheus::Labels to_labels(Labels labels) { return {labels.begin(), labels.end()}; }

prometheus::Family<prometheus::Counter>& counter_family(std::string_view name) {
    auto& counters = metrics().counters;
    auto found = counters.find(name);
    if (found == counters.end()) {
        auto& family =
            prometheus::BuildCounter().Name(std::string(name)).Register(metrics().registry);
        found = counters.emplace(std::string(name), &family).first;
    }
    return *found->second;
}

prometheus::Family<prometheus::Gauge>& gauge_family(std::string_view name) {
    auto& gauges = metrics().gauges;
    auto found = gauges.find(name);
    if (found == gauges.end()) {
        auto& family =
            prometheus::BuildGauge().Name(std::string(name)).Register(metrics().registry);
        found = gauges.emplace(std::string(name), &family).first;
    }
    return *found->second;
}

prometheus::Family<prometheus::Histogram>& histogram_family(std::string_view name) {
    auto& histograms = metrics().histograms;
    auto found = histograms.find(name);
    if (found == histograms.end()) {
        auto& family =
            prometheus::BuildHistogram().Name(std::string(name)).Register(metrics().registry);
        found = histograms.emplace(std::string(name), &family).first;
    }
    return *found->second;
}

/// Upper ends in seconds: from a look that finds nothing to a first copy.
prometheus::Histogram::BucketBoundaries duration_buckets() {
    return {0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3'600};
}

}  // namespace

void add(std::string_view name, Labels labels, double amount) {
    counter_family(name).Add(to_labels(labels)).Increment(amount);
}

void set(std::string_view name, Labels labels, double value) {
    gauge_family(name).Add(to_labels(labels)).Set(value);
}

void observe(std::string_view name, Labels labels, double seconds) {
    histogram_family(name).Add(to_labels(labels), duration_buckets()).Observe(seconds);
}

void remove(std::string_view name, Labels labels) {
    auto& family = gauge_family(name);
    family.Remove(&family.Add(to_labels(labels)));
}

std::string serialize() {
    const prometheus::TextSerializer serializer;
    return serializer.Serialize(metrics().registry.Collect());
}

}  // namespace duet::metrics
