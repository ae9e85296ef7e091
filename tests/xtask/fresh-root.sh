#!/usr/bin/env bash
# What a person meets on a new machine: a Debian 12 that has only Python and, bound in, Rust with the linker that it wants.
#
#   sudo tests/xtask/fresh-root.sh commands           the two commands of README.md, in a fresh clone, with their times
#   sudo tests/xtask/fresh-root.sh package FILE.deb   installs the package with apt, and starts it without a network
#
# It wants debootstrap, git and root, and about 20 GB in TMPDIR for the first. Mirrors, proxies and settings of pip and npm
# are this machine's. It takes an hour and more, so that no CI runs it. KEEP=1 leaves the root where it is.
set -euo pipefail

RELEASE=bookworm
WINDOW=나랏말
# Seconds until a window has to be there.
PATIENCE=120

say() { printf '▸ %s\n' "$*" >&2; }
fail() { printf '\n오류: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "관리자 권한이 필요합니다. sudo로 실행해 주십시오."
for program in debootstrap git unshare chroot pivot_root; do
  command -v "$program" > /dev/null || fail "$program 명령이 없습니다. 설치한 뒤 다시 실행해 주십시오."
done

# Everything that is mounted here ends with this namespace, however the script ends.
if [ -z "${FRESH_ROOT_INSIDE:-}" ]; then
  checkout=$(cd "$(dirname "$0")/../.." && pwd)
  FRESH_ROOT_INSIDE=$checkout exec unshare --mount --propagation private "$0" "$@"
fi
checkout=$FRESH_ROOT_INSIDE

root=$(mktemp -d "${TMPDIR:-/tmp}/naratmal-root.XXXXXX")
# As a root folder is: the program is started by somebody who is not root.
chmod 755 "$root"
finish() {
  if [ -n "${KEEP:-}" ]; then say "남겨 둔 루트: $root"; return; fi
  # Nothing that is bound in may be removed with it.
  local mounted
  for mounted in proc sys dev rust cargo; do
    umount --recursive --lazy "$root/$mounted" 2> /dev/null || true
  done
  if grep -q " $root/" /proc/self/mounts; then
    say "아직 붙어 있는 폴더가 있어 지우지 않았습니다: $root"
  else
    rm -rf --one-file-system "$root"
  fi
}
trap finish EXIT

# Where this machine gets Debian from: what apt is set up with, or MIRROR.
mirror() {
  if [ -n "${MIRROR:-}" ]; then echo "$MIRROR"; return; fi
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' \
    | awk -v release="$RELEASE" '$2 == release && $3 == "main" && $4 == "Debian" { print $1; exit }'
}

# A root with Debian's smallest set and the packages in $1.
make_root() {
  local from
  from=$(mirror)
  [ -n "$from" ] || fail "데비안 $RELEASE의 미러를 찾지 못했습니다. MIRROR에 주소를 적어 주십시오."
  say "데비안 12 루트를 만듭니다: $root"
  SECONDS=0
  debootstrap --variant=minbase --include="$1" "$RELEASE" "$root" "$from" > "$root.log" 2>&1 \
    || fail "debootstrap에 실패했습니다: $root.log"
  rm -f "$root.log"
  printf 'debootstrap: %s s\n' "$SECONDS"
  echo "deb $from $RELEASE main" > "$root/etc/apt/sources.list"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # How this machine reaches mirrors: proxies, certificates, indexes.
  local file
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*proxy* /etc/pip.conf /etc/npmrc; do
    if [ -f "$file" ]; then install -D -m 644 "$file" "$root$file"; fi
  done
  cp -a /etc/ssl/certs/. "$root/etc/ssl/certs/"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount --make-rslave "$root/sys"
  mount --make-rslave "$root/dev"
}

# A command that has the new root for its root. Not by chroot: what was chrooted may make no namespaces of its own.
enter() {
  unshare --mount --propagation private sh -c \
    'mount --rbind "$0" "$0" && cd "$0" && pivot_root . . && umount -l . && cd / && exec "$@"' "$root" "$@"
}

# A command inside, with the surroundings of a new login and with this machine's proxies.
inside() {
  local kept=() name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE NODE_EXTRA_CA_CERTS PIP_INDEX_URL PIP_TRUSTED_HOST \
    npm_config_registry CARGO_BUILD_JOBS; do
    if [ -n "${!name:-}" ]; then kept+=("$name=${!name}"); fi
  done
  enter /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
    PATH=/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    CARGO_HOME=/cargo "${kept[@]}" "$@"
}

commands() {
  local toolchain cargo_home
  toolchain=$(cd "$checkout" && rustc --print sysroot) || fail "Rust를 찾지 못했습니다."
  cargo_home=${CARGO_HOME:-$HOME/.cargo}
  # gcc and libc6-dev are what Rust itself wants on Debian: without them it links nothing.
  make_root python3,ca-certificates,gcc,libc6-dev
  mkdir "$root/rust" "$root/cargo"
  mount --bind "$toolchain" "$root/rust"
  mount -o remount,ro,bind "$root/rust"
  # The registry of this machine, and above it what the root writes: tools that it installs are not this machine's.
  mkdir "$root/cargo.new" "$root/cargo.work"
  mount -t overlay overlay -o "lowerdir=$cargo_home,upperdir=$root/cargo.new,workdir=$root/cargo.work" "$root/cargo" \
    || mount --bind "$cargo_home" "$root/cargo"
  git -c safe.directory='*' clone --quiet --no-hardlinks "$checkout" "$root/naratmal"
  local name line
  for name in run test; do
    say "cargo xtask $name"
    SECONDS=0
    # No display: the first asks the sample document in the terminal, and the second brings its own.
    inside sh -c "cd /naratmal && cargo xtask $name" 2>&1 | tee "$root/$name.log" || fail "cargo xtask $name에 실패했습니다."
    line=$(tail -n 1 "$root/$name.log")
    printf 'cargo xtask %s: %d min %d s (%s)\n' "$name" $((SECONDS / 60)) $((SECONDS % 60)) "$line"
  done
}

package() {
  local package=$1
  [ -f "$package" ] || fail "$package 파일이 없습니다. cargo xtask bundle로 만들어 주십시오."
  make_root python3,ca-certificates
  cp "$package" "$root/naratmal.deb"
  say "apt로 설치합니다."
  SECONDS=0
  inside sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q /naratmal.deb' > "$root/apt.log" 2>&1 \
    || { tail -n 20 "$root/apt.log" >&2; fail "설치에 실패했습니다."; }
  printf 'apt install: %s s\n' "$SECONDS"
  inside dpkg-query -W -f '${Package} ${Version}: ${Installed-Size} KiB installed\n' naratmal
  # Before anything else is installed: what the package forgot to ask for is not here yet.
  local missing
  missing=$(inside sh -c 'LD_LIBRARY_PATH=/usr/lib/naratmal find /usr/lib/naratmal -type f ! -name libggml-vulkan.so -exec ldd {} \; 2>&1 | grep "not found"' || true)
  [ -z "$missing" ] || fail "꾸러미가 요구하지 않은 라이브러리가 있습니다: $missing"
  inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends xvfb xdotool && useradd --create-home person' \
    > "$root/apt.log" 2>&1 || fail "Xvfb를 설치하지 못했습니다: $root/apt.log"
  cat > "$root/start.sh" << EOF
set -eu
echo "network interfaces: \$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\n' ' ')"
naratmal --self-test --no-window > /tmp/self-test.json && echo "self-test: every way out is refused"
export DISPLAY=:7 XDG_RUNTIME_DIR=/tmp/runtime
mkdir -m 700 "\$XDG_RUNTIME_DIR"
Xvfb :7 -screen 0 1280x900x24 -nolisten tcp 2> /tmp/xvfb.log &
display=\$!
for _ in \$(seq 50); do [ -e /tmp/.X11-unix/X7 ] && break; sleep 0.1; done
begun=\$(date +%s%N)
naratmal 2> /tmp/naratmal.log &
program=\$!
trap 'kill \$program \$display 2> /dev/null || true' EXIT
for _ in \$(seq $((PATIENCE * 10))); do
  if xdotool search --onlyvisible --name '^$WINDOW' > /tmp/window 2> /dev/null; then
    echo "window mapped: \$(( (\$(date +%s%N) - begun) / 1000000 )) ms"
    exit 0
  fi
  kill -0 \$program 2> /dev/null || break
  sleep 0.1
done
echo "no window; the program said:" >&2
cat /tmp/naratmal.log >&2
exit 1
EOF
  mkdir -p "$root/tmp/.X11-unix" && chmod 1777 "$root/tmp" "$root/tmp/.X11-unix"
  say "네트워크가 없는 곳에서 창을 엽니다."
  unshare --net chroot "$root" /usr/bin/env -i HOME=/home/person LANG=C.UTF-8 PATH=/usr/bin:/bin \
    setpriv --reuid=person --regid=person --init-groups sh /start.sh || fail "창이 열리지 않았습니다."
}

case "${1:-}" in
  commands) commands ;;
  package) package "${2:?꾸러미(.deb)의 경로를 적어 주십시오}" ;;
  *) fail "쓰는 법: $0 commands | package FILE.deb" ;;
esac
