#!/bin/sh
# check_layout.sh: holds the C files to .clang-format, and them and the kernels to 120 columns, which clang-format does not
# do for comments and strings; exit 77 where clang-format 16 is not installed (others lay out otherwise).
set -u
long=$(find src kernels tests scripts -name '*.[ch]' -o -name '*.cl' | LC_ALL=C sort |
    LC_ALL=C xargs awk 'length > 120 { print FILENAME ":" FNR ": " length " columns" }')
if [ -n "$long" ]; then
    echo "$long"
    echo "layout: lines are over 120 columns"
    exit 1
fi
for tool in clang-format-16 clang-format; do
    case $("$tool" --version 2>/dev/null) in
        *"version 16."*)
            if find src tests scripts -name '*.[ch]' -exec "$tool" --dry-run -Werror {} +; then
                echo "layout: as .clang-format has it, no line over 120 columns"
                exit 0
            fi
            echo "layout: make format lays these files out"
            exit 1
            ;;
    esac
done
echo "skipped layout: clang-format 16 is not installed; no line is over 120 columns"
exit 77
