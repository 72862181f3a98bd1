(class_definition
  name: (identifier) @name
  body: (block . (expression_statement (string (string_content) @doc))?) @body) @definition.class

(class_definition
  body: (block [
    (function_definition
      name: (identifier) @name
      body: (block . (expression_statement (string (string_content) @doc))?) @body) @definition.method
    (decorated_definition
      definition: (function_definition
        name: (identifier) @name
        body: (block . (expression_statement (string (string_content) @doc))?) @body) @definition.method)
  ]))

(class_definition
  body: (block (expression_statement
    (assignment left: (identifier) @name) @definition.field)))

(function_definition
  name: (identifier) @name
  body: (block . (expression_statement (string (string_content) @doc))?) @body) @definition.function

(module (expression_statement (assignment left: (identifier) @name) @definition.variable))
(module (type_alias_statement left: (type (identifier) @name)) @definition.type)

(import_statement name: (dotted_name) @import.module) @import
(import_statement name: (aliased_import name: (dotted_name) @import.module)) @import
(import_from_statement module_name: (_) @import.module) @import
(import_from_statement module_name: (_) @import.module name: (dotted_name) @import.name) @import
(import_from_statement
  module_name: (_) @import.module
  name: (aliased_import name: (dotted_name) @import.name) @import.pair) @import

(identifier) @reference
