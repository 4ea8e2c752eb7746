# Completion of comptoir, fish 3 and later. Written by python -m comptoir.handbook.
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
