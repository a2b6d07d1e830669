#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet flash against trees that stand for a board and against a loader that writes down what it was told. No board, no cable.
. "$ROOT/tests/cli/lib.sh"
. "$ROOT/tests/cli/board_lib.sh"
flash() { "$BONNET" flash "$@"; }
mkdir tool
cat > tool/openFPGALoader << 'EOF'
#!/bin/bash
printf '%s\n' "$@" > "$RECORD"
cp "${@: -1}" "$RECORD.bit"
[ -z "${LOADER_SLEEP:-}" ] || sleep "$LOADER_SLEEP"
echo "one line"; echo -e "\e[31mJTAG init failed\e[0m" >&2
exit "${LOADER_EXIT:-0}"
EOF
chmod +x tool/openFPGALoader
export PATH=$PWD/tool:$PATH RECORD=$PWD/record TMPDIR=$PWD/scratch
mkdir scratch
mkbit good.bit $part $idcode 01234567
mkbin good.bin $idcode
swap < good.bin > good.bit.bin
mkxclbin good.xclbin xilinx:zcu102:base:1.0 good.bit
manifest MANIFEST good.bit good.bin good.bit.bin good.xclbin
tree_board board
tree_pc pc
tree_cable pc 210308AB

# ---- what is in the files: refused before anything is touched -----------------------------------------------------------------
check 14 'nothing.bit: No such file' flash nothing.bit
mkdir folder
check 14 'folder: a folder' flash folder
check 14 'dev/zero: not a file' flash /dev/zero
mkfifo pipe
check 14 'pipe: not a file' timeout 10 "$BONNET" flash pipe
: > empty.bit
check 16 'empty' flash empty.bit
truncate -s 300M huge.bit
check 16 'far more than a bitstream' flash huge.bit
rm huge.bit
head -c 60 good.bit > short.bit
check 16 'damaged .bit header' flash short.bit
size=$(stat -c %s good.bit)
for cut in 1 5 13 20 $((size / 2)) $((size - 1)); do
    head -c "$cut" good.bit > cut.bit
    check 16 'damaged .bit|truncated .bit|not a .bit|configuration data' flash cut.bit
done
{ cat good.bit; echo; } > long.bit
check 16 'bytes after the configuration data' flash long.bit
mkbit lie.bit $part $idcode 01234567 4294967295
check 16 'promises more configuration data' flash lie.bit
mkbit nosync.bit $part $idcode
sed -i 's/\xaa\x99\x55\x66/\xaa\x99\x55\x67/' nosync.bit
check 16 'synchronisation word is missing' flash nosync.bit
mkbit other.bit xc7z020clg484-1 03727093
check 20 'made for xc7z020clg484-1.* has a xczu9eg' flash other.bit
mkbit speed.bit xczu9eg-ffvb1156-1-e $idcode
check 20 'made for xczu9eg-ffvb1156-1-e' flash speed.bit
mkbit inside.bit $part 03727093
check 20 'for the device 0x03727093' flash inside.bit
mkbit revised.bit $part 24738093
check 11 'not in MANIFEST' flash revised.bit
mkbin other.bin 03727093
check 20 'for the device 0x03727093' flash other.bin --unlisted
mkbin mute.bin ''
check 16 'does not say which chip' flash mute.bin --unlisted
mkxclbin u200.xclbin xilinx:u200:base:1.0 good.bit
check 20 "platform 'xilinx:u200:base:1.0'" flash u200.xclbin
mkxclbin bare.xclbin xilinx:zcu102:base:1.0 ''
check 16 'no bitstream inside' flash bare.xclbin
mkxclbin lie.xclbin xilinx:zcu102:base:1.0 good.bit 99999
check 16 'gives another length' flash lie.xclbin
head -c 470 good.xclbin > cut.xclbin
check 16 'another length' flash cut.xclbin

# ---- what the manifest says ------------------------------------------------------------------------------------------------------
mkbit new.bit $part $idcode 89abcdef
check 11 'new.bit: not in MANIFEST; go on with --unlisted, or.*"sha256": "[0-9a-f]{64}", "part": "xczu9eg-ffvb1156-2-e".*"commit": "89abcdef"' flash new.bit
check 0 '^[{] "file": "new.bit", "sha256": "[0-9a-f]{64}".*"abi": "[0-9]+\.[0-9]+", "commit": "89abcdef"' flash --entry new.bit --geometry zcu102 --clock-mhz 250 --tool x
check 2 'say --geometry, --clock-mhz, --tool' flash --entry new.bit
check 11 'no bitstream has been built yet' flash new.bit --manifest "$ROOT/bitstreams/MANIFEST"
check 0 'not listed in MANIFEST' flash new.bit --unlisted --dry-run --device board --root board
grep -q 'nobody vouches for it' out || die "an unlisted bitstream is not called so"
mkdir copy
mkbit copy/good.bit $part $idcode 01234568
check 16 'its SHA-256 is [0-9a-f]{64}, MANIFEST says [0-9a-f]{64}: damaged' flash copy/good.bit --manifest MANIFEST
ln -s good.bit link.bit
check 0 'listed in' flash link.bit --dry-run
check 14 'none: No such file' flash good.bit --manifest none
for bad in '' '{' '[]' '{}' '{"format":1}' '{"format":"1","bitstreams":[]}' '{"format":1,"bitstreams":{}}' '{"format":1,"bitstreams":[]} x' '{"format":1,"bitstreams":[7]}' \
    '{"format":1,"bitstreams":[{"file":"a"}]}'; do
    printf '%s' "$bad" > bad.json
    check 16 'bad.json: (not JSON|no manifest|entry 0)' flash good.bit --manifest bad.json
done
echo '{"format":2,"bitstreams":[]}' > bad.json
check 15 'manifest format 2, this version reads 1' flash good.bit --manifest bad.json
for edit in 's/"abi": "[0-9.]*"/"abi": "two"/g' 's/"clock_mhz": 250/"clock_mhz": -1/g' 's/"clock_mhz": 250/"clock_mhz": "x"/g' 's/"sha256": "../"sha256": "zz/g' 's/"tool"/"t"/g' 's/"geometry": "zcu102"/"geometry": null/g'; do
    sed "$edit" MANIFEST > bad.json
    cmp -s MANIFEST bad.json && die "the edit $edit did nothing"
    check 16 'entry 0: ".*" is missing or wrong' flash good.bit --manifest bad.json
done
check 16 'not a file, or too large' flash good.bit --manifest folder
version=$(abi)
[ -n "$version" ] || die "no register version"
for other in $((${version%.*} - 1)).9 $((${version%.*} + 1)).0 "${version%.*}".$((${version#*.} - 1)); do
    sed "s/\"abi\": \"$version\"/\"abi\": \"$other\"/" MANIFEST > old.json
    [ "$other" = 2.-1 ] || check 15 "register version $other, this bonnet needs $version" flash good.bit --manifest old.json
done
sed "s/\"abi\": \"$version\"/\"abi\": \"${version%.*}.99\"/" MANIFEST > newer.json
check 0 'would do' flash good.bit --manifest newer.json --dry-run
sed 's/"part": "[^"]*"/"part": "xc7z020"/' MANIFEST > other.json
check 20 'listed as made for zcu102 \(xc7z020\)' flash good.bit --manifest other.json
sed 's/0123456789abcdef/fedcba9876543210/' MANIFEST > commit.json
check 15 'built from commit 01234567, and commit.json says fedcba98' flash good.bit --manifest commit.json

# ---- by the cable --------------------------------------------------------------------------------------------------------------------
check 0 'programmed; the chip was not asked' flash good.bit --device usb: --root pc
tr '\n' ' ' < record | grep -qE "^--quiet -b zcu102 $TMPDIR/bonnet-[A-Za-z0-9]{6}/bonnet.bit $" || die "the loader was told: $(cat record)"
cmp -s record.bit good.bit || die "the loader got another file"
[ -z "$(ls scratch)" ] || die "a temporary is left: $(ls scratch)"
check 0 '' flash good.xclbin --device usb: --root pc
cmp -s record.bit good.bit || die "the loader got another file than the bitstream of the .xclbin"
check 0 '' flash good.bit --device usb:210308AB --root pc
{ grep -qx -- --ftdi-serial record && grep -qx 210308AB record; } || die "the serial number was not passed on"
check 0 '' flash good.bit --device usb:210308AB,clock-khz=3000 --root pc
grep -qx 210308AB record || die "the options of the device became part of the serial number"
check 0 '' flash good.bit --device usb:clock-khz=3000 --root pc
grep -q serial record && die "an option became the serial number"
check 13 'no USB-JTAG cable.* with serial 999' flash good.bit --device usb:999 --root pc
check 20 'through the cable only a .bit' flash good.bin --device usb: --root pc
LOADER_EXIT=3 check 14 'openFPGALoader failed: JTAG init failed;' flash good.bit --device usb: --root pc
[ -z "$(ls scratch)" ] || die "a temporary is left after a failure"
check 13 'apt install openfpgaloader' env PATH=/nowhere "$BONNET" flash good.bit --device usb: --root pc
LOADER_SLEEP=30 check 17 'openFPGALoader did not finish in 0.5 s and was stopped' flash good.bit --device usb: --root pc --timeout-ms 500
TMPDIR=/nowhere/at/all check 14 'nothing was touched' flash good.bit --device usb: --root pc
rm -f record
LOADER_SLEEP=30 "$BONNET" flash good.bit --device usb: --root pc > out 2> err &
first=$!
for _ in $(seq 100); do [ -s record.bit ] && [ -s record ] && break; sleep 0.05; done
check 13 'another .bonnet flash. is running' flash good.bit --device usb: --root pc
kill -INT $first
start=$SECONDS
wait $first
[ $? -eq 130 ] || die "an interrupted flash must exit 130"
[ $((SECONDS - start)) -lt 10 ] || die "an interrupted flash took $((SECONDS - start)) s"
checks=$((checks + 1))
[ -z "$(ls scratch)" ] || die "a temporary is left after Ctrl-C"
mkdir -p pc/proc/4242/fd
ln -s /dev/bus/usb/001/005 pc/proc/4242/fd/7
put pc/proc/4242/comm openocd
check 13 '/dev/bus/usb/001/005 is in use by process 4242 \(openocd\)' flash good.bit --device usb: --root pc
rm -r pc/proc/4242

# ---- on the board ----------------------------------------------------------------------------------------------------------------------
firmware=board/lib/firmware/bonnet/bonnet_zcu102.bit.bin manager=board/sys/class/fpga_manager/fpga0
snapshot board > before
check 0 'would do:' flash good.bit --root board --dry-run
snapshot board > after
cmp -s before after || die "--dry-run changed the board: $(diff before after)"
check 0 'would do:' flash good.bit --root pc --device board --dry-run
for file in good.bit good.bin good.bit.bin good.xclbin; do
    rm -rf board/lib/firmware/bonnet board/run/bonnet
    check 0 'read board/sys/class/fpga_manager/fpga0/state' flash $file --root board
    cmp -s $firmware good.bit.bin || die "$file: the firmware file is not what the kernel wants"
    { [ "$(cat $manager/flags)" = 0 ] && [ "$(cat $manager/firmware)" = bonnet/bonnet_zcu102.bit.bin ]; } || die "$file: the manager was told $(cat $manager/flags $manager/firmware)"
    [ "$(cat board/run/bonnet/loaded)" = "$(sha256sum $file | cut -d' ' -f1) $file" ] || die "not remembered: $(cat board/run/bonnet/loaded)"
    [ "$(ls -A board/lib/firmware/bonnet)" = bonnet_zcu102.bit.bin ] || die "left in /lib/firmware: $(ls -A board/lib/firmware/bonnet)"
done
check 0 '"steps": \[' flash good.bit --root board --json
python3 -m json.tool out > /dev/null || die "not JSON"
# A flash that fails leaves no claim about what is loaded, and the old file or none under /lib/firmware.
echo 'write error' > $manager/state
check 14 "fpga0 says 'write error' and not 'operating'" flash good.bit --root board
[ ! -e board/run/bonnet/loaded ] || die "a failed flash is remembered as loaded"
echo operating > $manager/state
rm $manager/firmware
mkdir $manager/firmware
check 14 'fpga0/firmware: Is a directory; the chip may hold no bitstream' flash good.bit --root board
rmdir $manager/firmware
mkfifo $manager/firmware # a write that never comes back
check 17 'fpga0 did not take the bitstream in 0.3 s' flash good.bit --root board --timeout-ms 300
rm $manager/firmware
check 20 "no 'firmware' attribute.* fpgautil" flash good.bit --root board
printf '#!/bin/sh\necho "$@" > %s/fpgautil.said\n' "$PWD" > tool/fpgautil
chmod +x tool/fpgautil
check 0 'fpgautil -b board/lib/firmware/bonnet/bonnet_zcu102.bit.bin -f Full' flash good.bit --root board
[ "$(cat fpgautil.said)" = "-b board/lib/firmware/bonnet/bonnet_zcu102.bit.bin -f Full" ] || die "fpgautil was told: $(cat fpgautil.said)"
rm tool/fpgautil
: > $manager/firmware
echo 'Altera SOCFPGA FPGA Manager' > $manager/name
check 20 "not that of a ZynqMP" flash good.bit --root board
echo 'Xilinx ZynqMP FPGA Manager' > $manager/name
check 13 'no FPGA manager' flash good.bit --root pc --device board
# A full disk, a limit, a leftover of a power cut: the old file stays whole.
echo old > $firmware
echo half > board/lib/firmware/bonnet/.partial
words=600 mkbit big.bit $part $idcode
# shellcheck disable=SC2016 # expanded by the inner shell
check 14 'cannot write board/lib/firmware/bonnet/bonnet_zcu102.bit.bin: File too large; the chip was not touched' \
    bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' limited "$BONNET" flash big.bit --unlisted --root board
{ [ "$(cat $firmware)" = old ] && [ "$(ls -A board/lib/firmware/bonnet)" = bonnet_zcu102.bit.bin ]; } || die "a full disk left $(ls -A board/lib/firmware/bonnet)"
ln -s /etc/passwd board/lib/firmware/bonnet/.partial
check 0 '' flash good.bit --root board
cmp -s $firmware good.bit.bin || die "after a leftover the file is wrong"
# Somebody uses the device.
mkdir -p board/proc/77/fd
ln -s /dev/uio4 board/proc/77/fd/3
put board/proc/77/comm bonnet
check 13 '/dev/uio4 is in use by process 77 \(bonnet\); end it' flash good.bit --root board
ln -sf /dev/dri/renderD128 board/proc/77/fd/3
check 13 'renderD128 is in use' flash good.bit --root board
rm -r board/proc/77
flock --no-fork board/dev/uio4 sleep 30 &
holder=$!
sleep 0.3
check 13 '/dev/uio4 is in use by another program' flash good.bit --root board
kill $holder
wait $holder 2> /dev/null
check 0 'programmed' flash good.bit --root board
check 2 "not 'sim:'" flash good.bit --device sim:
check 2 'give one bitstream' flash
passed
