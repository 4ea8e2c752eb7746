# Completion of comptoir, PowerShell 5.1 and later. Written by python -m comptoir.handbook.
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
