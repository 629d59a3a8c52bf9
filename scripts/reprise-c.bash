# reprise-c.bash: bash completion for reprise-c.
_reprise_c()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "find simulate --help --version" -- "$current"))
        return
    fi
    case $previous in
        --simd) COMPREPLY=($(compgen -W "auto avx512 avx2 scalar" -- "$current")); return ;;
        -o|--output|--families|--seed-alignments|--bed|--gff3|--tandem|--masked|--summary)
            COMPREPLY=($(compgen -f -- "$current")); return ;;
    esac
    if [[ $current != -* ]]; then
        COMPREPLY=($(compgen -f -- "$current"))
        return
    fi
    case ${COMP_WORDS[1]} in
        find) COMPREPLY=($(compgen -W "--output --families --seed-alignments --bed --gff3 --tandem --masked --summary
            --no-families --no-seed-alignments --no-bed --no-gff3 --no-tandem --no-masked --no-summary --no-run-info
            --hard-mask --mask-tandem --respect-mask --kmer --min-seed-frequency --max-seed-frequency --min-copies
            --extension-length --max-candidates --intra-contig --threads --channel-capacity --backpressure --simd
            --quiet --help" -- "$current")) ;;
        simulate) COMPREPLY=($(compgen -W "--output --length --families --contigs --repeat-share --max-divergence
            --seed --gzip --help" -- "$current")) ;;
    esac
}
complete -o filenames -F _reprise_c reprise-c
