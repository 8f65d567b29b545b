/** What each shell has to be told. The work is done by `countersign complete`, so a script never has to be renewed. */

export type Shell = 'bash' | 'zsh' | 'fish'

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  // The line is taken apart here, because bash itself would do so at the colons of addresses too. Nothing newer than bash 3.2 (macOS).
  bash: `_countersign() {
  local line="\${COMP_LINE:0:COMP_POINT}" candidate typed
  local -a words
  IFS=' ' read -r -a words <<< "$line"
  case "$line" in *' ') words[\${#words[@]}]='' ;; esac
  typed="\${words[\${#words[@]}-1]}"
  local before=''
  case "$COMP_WORDBREAKS" in *:*) case "$typed" in *:*) before="\${typed%"\${typed##*:}"}" ;; esac ;; esac
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY[\${#COMPREPLY[@]}]="\${candidate#"$before"}"
  done < <(countersign complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _countersign countersign
`,
  zsh: `#compdef countersign
_countersign() {
  local -a candidates
  candidates=("\${(@f)$(countersign complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  (( \${#candidates[1]} )) && compadd -- "\${candidates[@]}"
}
if [[ "\${funcstack[1]}" == _countersign ]]; then _countersign "$@"; else compdef _countersign countersign; fi
`,
  fish: `function __countersign_complete
  set -l words (commandline -opc) (commandline -ct)
  countersign complete -- $words[2..-1] 2>/dev/null
end
complete -c countersign -f -a '(__countersign_complete)'
`,
}
