/** The script of a shell, which asks the command (a program and its first arguments) at each press of Tab. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', command: readonly string[]): string {
  if (shell === 'bash') return bash(words(command));
  return shell === 'zsh' ? zsh(words(command)) : fish(command.map(fishWord).join(' '));
}

function words(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

function fishWord(word: string): string {
  return `'${word.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/**
 * Candidates are assigned line by line and never expanded; readline quotes the names of files, and the script all others. A
 * folder gets its slash from readline too, which would write a second one.
 */
function bash(command: string): string {
  return String.raw`# Completion of pipe for bash; made by: pipe completion bash
_pipe_complete() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    value=${'$'}{line%%$'\t'*}
    case $value in
      */ | *=) compopt -o nospace 2>/dev/null ;;
    esac
    if [[ -e $value ]] && ((COMP_CWORD > 1)); then
      compopt -o filenames 2>/dev/null
      value=${'$'}{value%/}
    else
      printf -v value %q "$value"
    fi
    COMPREPLY+=("$value")
  done < <(${command} __complete bash -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _pipe_complete pipe
`;
}

/** The current word is zsh's `PREFIX`, which stands without a quote that is still open. */
function zsh(command: string): string {
  return String.raw`#compdef pipe
# Completion of pipe for zsh; made by: pipe completion zsh
_pipe() {
  local line value
  local -a plain shown partial
  while IFS= read -r line; do
    value=${'$'}{line%%$'\t'*}
    case $value in
      */ | *=) partial+=("$value") ;;
      *)
        plain+=("$value")
        if [[ $line == *$'\t'* ]]; then
          shown+=("$value  -- ${'$'}{line#*$'\t'}")
        else
          shown+=("$value")
        fi
        ;;
    esac
  done < <(${command} __complete zsh -- "${'$'}{(@Q)words[2,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null)
  (( ${'$'}{#plain} )) && compadd -l -d shown -a plain
  (( ${'$'}{#partial} )) && compadd -S '' -a partial
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _pipe "$@"
else
  compdef _pipe pipe
fi
`;
}

function fish(command: string): string {
  return `# Completion of pipe for fish; made by: pipe completion fish
function __pipe_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct | string unescape)
  ${command} __complete fish -- $before[2..-1] "$current" 2>/dev/null
end
complete -c pipe -f -a '(__pipe_complete)'
`;
}
