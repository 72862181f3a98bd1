(function_declaration name: (_) @name body: (_) @body) @definition.function
(function_declaration name: (_) @name) @definition.function
(chunk (variable_declaration
  (assignment_statement (variable_list name: (identifier) @name))) @definition.variable)
(chunk (assignment_statement (variable_list name: (identifier) @name)) @definition.variable)

(function_call
  name: (identifier) @_function
  arguments: (arguments (string content: (string_content) @import.module))
  (#eq? @_function "require")) @import

(identifier) @reference
