(function_definition name: (word) @name body: (_) @body) @definition.function
(program (variable_assignment name: (variable_name) @name) @definition.variable)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)

(command
  name: (command_name) @_command
  argument: (_) @import.module
  (#any-of? @_command "source" ".")) @import

(command name: (command_name (word) @reference))
(variable_name) @reference
