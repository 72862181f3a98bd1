(class_declaration name: (name) @name body: (_) @body) @definition.class
(interface_declaration name: (name) @name body: (_) @body) @definition.class
(trait_declaration name: (name) @name body: (_) @body) @definition.class
(enum_declaration name: (name) @name) @definition.type
(function_definition name: (name) @name body: (_) @body) @definition.function
(method_declaration name: (name) @name body: (_) @body) @definition.method
(method_declaration name: (name) @name) @definition.method
(property_declaration (property_element name: (variable_name) @name)) @definition.field
(const_declaration (const_element (name) @name)) @definition.constant

(namespace_use_clause [(qualified_name) (name)] @import.module) @import
(require_once_expression (_) @import.module) @import
(require_expression (_) @import.module) @import
(include_expression (_) @import.module) @import

(name) @reference
