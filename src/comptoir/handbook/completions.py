"""Completion scripts: the shell hands the line to the program, the program answers with words.

They speak the protocol of Typer (`_COMPTOIR_COMPLETE`), so the words are those of the commands and of the database,
in the person's language. Typer's own scripts are not shipped: in zsh the first TAB of a session gives nothing when the
file stands in `site-functions`, and text of the program goes through `eval`; fish runs the program twice; `--format=j`
completes in no shell; an error is printed over the line being typed; PowerShell's TAB is rebound for every program.
"""

BASH = r"""# Completion of comptoir, bash 4.4 and later. Written by python -m comptoir.handbook.
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
"""

# The protocol asked for is that of fish: a word and its help on a line, nothing to evaluate.
ZSH = r"""#compdef comptoir
# Completion of comptoir, zsh. Written by python -m comptoir.handbook.
_comptoir() {
    local -a found
    found=("${(@f)$(
        env _COMPTOIR_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \
            _TYPER_COMPLETE_ARGS="${words[1,CURRENT]}" comptoir 2>/dev/null
    )}")
    # After `--format=`, what stands before the value is not completed again.
    compset -P 1 '--*='
    if [[ -z $found[1] ]]; then
        _files
        return
    fi
    # `value:help` is what _describe reads.
    found=("${(@)found//:/\\:}")
    found=("${(@)found/$'\t'/:}")
    _describe -V comptoir found
}

# Loaded by compinit, this file is the function's body at the first TAB; sourced, it only declares it.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _comptoir "$@"
else
    compdef _comptoir comptoir
fi
"""

FISH = r"""# Completion of comptoir, fish 3 and later. Written by python -m comptoir.handbook.
function __comptoir_words
    # What stands before the value in `--format=json` is given back with it.
    set -l flag (string match -r -- '^--[a-z-]+=' (commandline -ct))
    set -l found (
        env _COMPTOIR_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \
            _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) comptoir 2>/dev/null | string match -r '.+'
    )
    set -q found[1]
    or set found (__fish_complete_path (string replace -- "$flag" '' (commandline -ct)))
    string replace -r -- '^' "$flag" $found
end

complete --command comptoir --no-files --keep-order --arguments '(__comptoir_words)'
"""

# TAB keeps whatever the person bound it to. Not run by the tests: no PowerShell in their machines.
POWERSHELL = r"""# Completion of comptoir, PowerShell 5.1 and later. Written by python -m comptoir.handbook.
Register-ArgumentCompleter -Native -CommandName comptoir -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # What stands before the value in `--format=json` is given back with it.
    $flag = if ($wordToComplete -match '^--[a-z-]+=') { $Matches[0] } else { '' }
    try {
        $Env:_COMPTOIR_COMPLETE = 'complete_powershell'
        $Env:_TYPER_COMPLETE_ARGS = $commandAst.ToString()
        $Env:_TYPER_COMPLETE_WORD_TO_COMPLETE = $wordToComplete
        comptoir 2>$null | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split ':::', 2
            if ([string]::IsNullOrWhiteSpace($help)) { $help = $value }
            [System.Management.Automation.CompletionResult]::new("$flag$value", $value, 'ParameterValue', $help)
        }
    } finally {
        Remove-Item Env:_COMPTOIR_COMPLETE, Env:_TYPER_COMPLETE_ARGS, Env:_TYPER_COMPLETE_WORD_TO_COMPLETE `
            -ErrorAction SilentlyContinue
    }
}
"""


def scripts() -> dict[str, str]:
    """Give every script by the name of its file."""
    return {"comptoir.bash": BASH, "_comptoir": ZSH, "comptoir.fish": FISH, "comptoir.ps1": POWERSHELL}
