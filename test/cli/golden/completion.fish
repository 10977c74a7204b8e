# Completion of pipe for fish; made by: pipe completion fish
function __pipe_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct | string unescape)
  '/usr/bin/node' '/it\'s/pipe.js' __complete fish -- $before[2..-1] "$current" 2>/dev/null
end
complete -c pipe -f -a '(__pipe_complete)'
