(impl_item body: (declaration_list
  (function_item name: (identifier) @name body: (_) @body) @definition.method))
(trait_item body: (declaration_list
  (function_item name: (identifier) @name body: (_) @body) @definition.method))
(function_item name: (identifier) @name body: (_) @body) @definition.function
(function_signature_item name: (identifier) @name) @definition.method
(struct_item name: (type_identifier) @name) @definition.type
(enum_item name: (type_identifier) @name) @definition.type
(union_item name: (type_identifier) @name) @definition.type
(type_item name: (type_identifier) @name) @definition.type
(trait_item name: (type_identifier) @name body: (_) @body) @definition.class
(impl_item type: (_) @name body: (_) @body) @definition.class
(mod_item name: (identifier) @name body: (_) @body) @definition.module
(macro_definition name: (identifier) @name) @definition.macro
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.variable

(use_declaration argument: (_) @import.module) @import
(mod_item name: (identifier) @import.module !body) @import

[(identifier) (type_identifier) (field_identifier)] @reference
