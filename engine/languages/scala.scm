(class_definition name: (identifier) @name body: (_) @body) @definition.class
(class_definition name: (identifier) @name) @definition.class
(object_definition name: (identifier) @name body: (_) @body) @definition.class
(trait_definition name: (identifier) @name body: (_) @body) @definition.class
(trait_definition name: (identifier) @name) @definition.class
(enum_definition name: (identifier) @name) @definition.type
(type_definition name: (type_identifier) @name) @definition.type
(template_body (function_definition name: (_) @name body: (_) @body) @definition.method)
(template_body (function_declaration name: (_) @name) @definition.method)
(template_body (val_definition pattern: (identifier) @name) @definition.field)
(template_body (var_definition pattern: (identifier) @name) @definition.field)
(function_definition name: (_) @name body: (_) @body) @definition.function
(compilation_unit (val_definition pattern: (identifier) @name) @definition.variable)

(import_declaration (identifier) @import.module .) @import
(import_declaration (identifier) @import.module . (namespace_wildcard)) @import
(import_declaration
  (identifier) @import.module .
  (namespace_selectors (identifier) @import.name)) @import

[(identifier) (type_identifier)] @reference
