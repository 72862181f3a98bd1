(class_statement . (simple_name) @name) @definition.class
(enum_statement (simple_name) @name) @definition.type
(class_method_definition (simple_name) @name "{" @body) @definition.method
(class_property_definition (variable) @name) @definition.field
(function_statement (function_name) @name "{" @body) @definition.function
(program (statement_list (pipeline
  (assignment_expression (left_assignment_expression (_) @name))) @definition.variable))

(command
  command_name: (command_name) @_word
  command_elements: (command_elements (generic_token) @import.module .)
  (#any-of? @_word "using" "Import-Module" "import-module")) @import
(command
  (command_invokation_operator) @_dot
  command_name: (command_name_expr (command_name) @import.module)
  (#eq? @_dot ".")) @import

[(variable) (command_name) (simple_name) (type_identifier) (function_name)] @reference
