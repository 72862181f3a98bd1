(class_specifier name: (_) @name body: (_) @body) @definition.class
(struct_specifier name: (_) @name body: (_) @body) @definition.class
(union_specifier name: (_) @name body: (_)) @definition.type
(enum_specifier name: (_) @name body: (_)) @definition.type
(type_definition declarator: (type_identifier) @name) @definition.type
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
(namespace_definition name: (_) @name body: (_) @body) @definition.module

(function_definition
  declarator: (function_declarator declarator: (field_identifier) @name)
  body: (_) @body) @definition.method
(function_definition
  declarator: (function_declarator declarator: (qualified_identifier) @name)
  body: (_) @body) @definition.method
(function_definition
  declarator: (function_declarator declarator: (_) @name)
  body: (_) @body) @definition.function
(function_definition
  declarator: (_ declarator: (function_declarator declarator: (_) @name))
  body: (_) @body) @definition.function
(field_declaration declarator: (function_declarator declarator: (_) @name)) @definition.method
(declaration declarator: (function_declarator declarator: (identifier) @name)) @definition.function
(field_declaration declarator: (field_identifier) @name) @definition.field
(preproc_def name: (identifier) @name) @definition.macro
(preproc_function_def name: (identifier) @name) @definition.macro
(translation_unit (declaration declarator: (identifier) @name) @definition.variable)
(translation_unit
  (declaration declarator: (init_declarator declarator: (identifier) @name)) @definition.variable)

(preproc_include path: (_) @import.module) @import

[(identifier) (type_identifier) (field_identifier) (namespace_identifier)] @reference
