#!/usr/bin/env bash
# Shows Duet at work on two real servers: `./dev demo` builds it, starts them and calls this.
# DEMO_SECONDS=N ends the show after N seconds; on a terminal it runs until Ctrl-C.
set -euo pipefail

duet=${DUET_BINARY:?the program, as ./dev demo sets it}
cassandra=${DUET_CASSANDRA:?the address, as ./dev servers env prints it}
elasticsearch=${DUET_ELASTICSEARCH:?the address, as ./dev servers env prints it}
seconds=${DEMO_SECONDS:-$([[ -t 1 ]] && echo 0 || echo 20)}

work=$(mktemp -d)
daemon='' generator=''

title() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
show() {
    printf '$ duet %s\n' "$*"
    "$duet" "$@" || true
}

# Ends one of our own processes and waits for it.
end() {
    [[ -n $1 ]] && kill -TERM "$1" 2>/dev/null && wait "$1" 2>/dev/null || true
}

cleanup() {
    trap - EXIT INT TERM
    end "$generator"
    end "$daemon"
    rm -rf "$work"
}
trap cleanup EXIT

cd "$work"
cat >duet.toml <<END
period = "500ms"

[cassandra]
hosts = ["$cassandra"]

[elasticsearch]
urls = ["$elasticsearch"]

[[pair]]
keyspace = "shop"
END

title 'Data on both sides, and nobody who keeps them in step'
"$duet" generate --side cassandra --count 300 --rate 0 | tail -n 1
"$duet" generate --side elasticsearch --count 300 --rate 0 | tail -n 1

title 'What Duet would do'
show plan

title 'Duet runs; applications write to both sides, sometimes the same record'
"$duet" run >duet.log 2>&1 &
daemon=$!
"$duet" generate --side both --rate 100 --conflicts 0.05 >generate.log 2>&1 &
generator=$!

stopped=0
trap 'stopped=1' INT TERM
began=$SECONDS
while ((!stopped)) && ((seconds == 0 || SECONDS - began < seconds)); do
    sleep 2 || true
    printf '\n--- %s   applications: %s\n' "$(date +%T)" "$(tail -n 1 generate.log)"
    "$duet" status 2>&1 | tail -n +4 || true
    grep -E 'event="?(synced|pair)' duet.log | tail -n 3 | cut -d' ' -f3- || true
    ((seconds > 0)) || printf 'Ctrl-C ends the show.\n'
done
trap - INT TERM

title 'The applications stop; are both sides equal?'
end "$generator"
generator=''
sleep 3
show verify --deep
show conflicts list | head -n 8
end "$daemon"
daemon=''

cat <<END

Look for yourself:
  curl -s '$elasticsearch/shop.products/_search?size=1&pretty'
The servers still run; end them with ./dev servers down
END
