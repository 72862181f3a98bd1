(class_declaration
  declaration_kind: "enum"
  name: (_) @name) @definition.type
(class_declaration name: (_) @name body: (_) @body) @definition.class
(protocol_declaration name: (_) @name body: (_) @body) @definition.class
(typealias_declaration name: (_) @name) @definition.type
(class_body (function_declaration name: (simple_identifier) @name body: (_) @body) @definition.method)
(enum_class_body (function_declaration name: (simple_identifier) @name body: (_) @body) @definition.method)
(init_declaration name: "init" @name body: (_) @body) @definition.method
(protocol_function_declaration name: (simple_identifier) @name) @definition.method
(class_body
  (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.field)
(function_declaration name: (simple_identifier) @name body: (_) @body) @definition.function
(source_file
  (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.variable)

(import_declaration (identifier) @import.module) @import

[(simple_identifier) (type_identifier)] @reference
