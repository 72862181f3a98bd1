(call
  target: (identifier) @_word
  (arguments . (alias) @name)
  (do_block) @body
  (#any-of? @_word "defmodule" "defprotocol" "defimpl")) @definition.module
(call
  target: (identifier) @_word
  (arguments . [
    (call target: (identifier) @name)
    (identifier) @name
    (binary_operator left: (call target: (identifier) @name))
  ])
  (do_block) @body
  (#any-of? @_word "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate")) @definition.function
(call
  target: (identifier) @_word
  (arguments . [
    (call target: (identifier) @name)
    (identifier) @name
    (binary_operator left: (call target: (identifier) @name))
  ])
  (#any-of? @_word "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate")) @definition.function

(call
  target: (identifier) @_word
  (arguments . (alias) @import.module)
  (#any-of? @_word "alias" "import" "require" "use")) @import

[(identifier) (alias)] @reference
