# reprise-c.bash: bash completion for reprise-c. Commands and options are those that --help tells.
_reprise_c()
{
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "$("$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p') --help --version" -- "$current"))
        return
    fi
    if [ "$previous" = --simd ]; then
        COMPREPLY=($(compgen -W "auto avx512 avx2 neon scalar" -- "$current"))
    elif [ "$previous" = --class-names ]; then
        COMPREPLY=($(compgen -W "repeatmasker wicker so dfam" -- "$current"))
    elif [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -o '^  .*' | grep -o -- '^  *\(-[a-zA-Z], \)\?--[a-z0-9-]*' | grep -o -- '--.*')" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _reprise_c reprise-c
