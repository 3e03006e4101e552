# Completes the commands, options and files of the program `strata` in bash. tests/cli/completion_test.cpp holds it to
# what --help lists.

# Files with one of these endings, and folders.
_strata_files() {
  local ending
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(
    compgen -d -- "$cur"
    for ending in "$@"; do compgen -f -X "!*$ending" -- "$cur"; done
  )
}

_strata_words() {
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
}

_strata() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  local model=(--help --weights --max-memory)
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _strata_words summary inspect convert predict evaluate train sparsity shrink prune report --help --version
    return
  fi
  case $previous in
    --weights) _strata_files .keras .h5 .hdf5 .weights.json .safetensors .npz && return ;;
    --data | --validation-data) _strata_files .npz && return ;;
    --input) _strata_files .npy .npz && return ;;
    --output) _strata_files .keras .h5 .onnx .safetensors .npz .npy && return ;;
    --loss) _strata_words mse mae binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy && return ;;
    --metric) _strata_words accuracy mse mae && return ;;
    --by) _strata_words model layer && return ;;
    --structure) _strata_words weights inputs outputs filters && return ;;
    --optimizer) _strata_words adam adamw sgd rmsprop && return ;;
    --max-memory | --width | --key | --x | --y | --batch-size | --threads | --epochs | --validation-split | --seed | --share | --separator) return ;;
  esac
  if [[ $cur != -* ]]; then
    case $command in
      summary | predict | evaluate | train | sparsity | shrink | prune) _strata_files .keras .h5 .hdf5 .json ;;
      report) _strata_files .keras .h5 .hdf5 .json .csv ;;
      inspect | convert) _strata_files .keras .h5 .hdf5 .json .safetensors .npz .onnx ;;
    esac
    return
  fi
  case $command in
    summary) _strata_words "${model[@]}" --expand-nested --show-trainable --width ;;
    inspect) _strata_words "${model[@]}" --json ;;
    convert) _strata_words "${model[@]}" ;;
    predict) _strata_words "${model[@]}" --input --key --output --batch-size --threads ;;
    evaluate) _strata_words "${model[@]}" --data --x --y --loss --metric --batch-size --threads --json ;;
    train) _strata_words "${model[@]}" --data --x --y --loss --metric --optimizer --epochs --batch-size --validation-split \
      --validation-data --seed --threads --output --quiet --json ;;
    sparsity) _strata_words "${model[@]}" ;;
    shrink) _strata_words "${model[@]}" --select-inputs ;;
    prune) _strata_words "${model[@]}" --share --by --structure ;;
    report) _strata_words "${model[@]}" --separator ;;
  esac
}

complete -F _strata strata
