#!/bin/sh
# run.sh PROGRAM FOUND CORPUS: begins with the corpus and looks for more, for DUET_FUZZ_SECONDS.
# The same way each time; DUET_FUZZ_SEED says which other way.
# Without -entropic=0 most of the time goes into counting features, in a fuzzer that finds many.
# What is found stays in FOUND, of the build directory; into the corpus it comes by hand.
exec "$1" -seed="${DUET_FUZZ_SEED:-1}" -max_total_time="${DUET_FUZZ_SECONDS:-60}" \
    -entropic=0 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$2/" "$2" "$3"
