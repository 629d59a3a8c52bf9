#!/bin/sh
# check_layout.sh: holds the C files to .clang-format; exit 77 where clang-format 16 is not installed (others lay out otherwise).
set -u
for tool in clang-format-16 clang-format; do
    case $("$tool" --version 2>/dev/null) in
        *"version 16."*)
            if find src tests scripts -name '*.[ch]' -exec "$tool" --dry-run -Werror {} +; then
                echo "layout: as .clang-format has it"
                exit 0
            fi
            echo "layout: make format lays these files out"
            exit 1
            ;;
    esac
done
echo "skipped layout: clang-format 16 is not installed"
exit 77
