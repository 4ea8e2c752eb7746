# Completion of comptoir, bash 4.4 and later. Written by python -m comptoir.handbook.
_comptoir() {
    local -a typed=()
    local at=$COMP_CWORD place
    for place in "${!COMP_WORDS[@]}"; do
        # Readline cuts `--format=json` in three words, the program wants two.
        if [[ $place -lt $COMP_CWORD && ${COMP_WORDS[place]} == '=' && ${COMP_WORDS[place - 1]} == --* ]]; then
            at=$((at - 1))
        else
            typed+=("${COMP_WORDS[place]}")
        fi
    done
    local IFS=$'\n'
    mapfile -t COMPREPLY < <(
        env COMP_WORDS="${typed[*]}" COMP_CWORD="$at" _COMPTOIR_COMPLETE=complete_bash "$1" 2>/dev/null
    )
    # No word at all: file names are left to bash.
    [[ ${COMPREPLY[0]} ]] || COMPREPLY=()
}

complete -o default -o nosort -F _comptoir comptoir
