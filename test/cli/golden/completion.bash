# Completion of pipe for bash; made by: pipe completion bash
_pipe_complete() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    value=${line%%$'\t'*}
    case $value in
      */ | *=) compopt -o nospace 2>/dev/null ;;
    esac
    if [[ -e $value ]] && ((COMP_CWORD > 1)); then
      compopt -o filenames 2>/dev/null
      value=${value%/}
    else
      printf -v value %q "$value"
    fi
    COMPREPLY+=("$value")
  done < <('/usr/bin/node' '/it'\''s/pipe.js' __complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _pipe_complete pipe
