#compdef pipe
# Completion of pipe for zsh; made by: pipe completion zsh
_pipe() {
  local line value
  local -a plain shown partial
  while IFS= read -r line; do
    value=${line%%$'\t'*}
    case $value in
      */ | *=) partial+=("$value") ;;
      *)
        plain+=("$value")
        if [[ $line == *$'\t'* ]]; then
          shown+=("$value  -- ${line#*$'\t'}")
        else
          shown+=("$value")
        fi
        ;;
    esac
  done < <('/usr/bin/node' '/it'\''s/pipe.js' __complete zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
  (( ${#plain} )) && compadd -l -d shown -a plain
  (( ${#partial} )) && compadd -S '' -a partial
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _pipe "$@"
else
  compdef _pipe pipe
fi
