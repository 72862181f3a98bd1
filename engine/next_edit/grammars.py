"""What the grammars call the places of names: one row per language.

A place is written as `type` or `type.field`: a child of a node of that type, in that field.
"""

from dataclasses import dataclass


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Names:
    """`scopes` are the nodes in which a name may belong to that part alone; `functions` those with parameters, and
    `outer` those whose names belong to the file or to a class. `wrappers` stand around a name and do not change
    what it is. `shorthand` is a name that is a key and its value at once.
    """

    scopes: frozenset[str]
    functions: frozenset[str]
    classes: frozenset[str]
    files: frozenset[str]
    wrappers: frozenset[str]
    parameters: frozenset[str]
    variables: frozenset[str]
    definitions: frozenset[str]
    imports: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    shorthand: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()  # a call, as its field for what is called
    arguments: frozenset[str] = frozenset()  # the node around arguments
    keyword: str = ""  # between the name of an argument and its value; "" where arguments have no names

    @property
    def outer(self) -> frozenset[str]:
        return self.classes | self.files


_SCRIPT = Names(
    scopes=_set(
        "statement_block for_statement for_in_statement catch_clause arrow_function function_declaration"
        " function_expression generator_function_declaration method_definition switch_body"
    ),
    functions=_set(
        "arrow_function function_declaration function_expression generator_function_declaration"
        " method_definition function_signature method_signature abstract_method_signature"
    ),
    classes=_set("class_body interface_body object_type enum_body"),
    files=_set("program internal_module"),
    wrappers=_set(
        "required_parameter.pattern optional_parameter.pattern assignment_pattern.left rest_pattern"
        " object_pattern array_pattern pair_pattern.value object_assignment_pattern.left"
    ),
    parameters=_set("formal_parameters arrow_function.parameter"),
    variables=_set("variable_declarator.name for_in_statement.left catch_clause.parameter"),
    definitions=_set(
        "function_declaration.name generator_function_declaration.name class_declaration.name"
        " abstract_class_declaration.name interface_declaration.name type_alias_declaration.name"
        " enum_declaration.name method_definition.name method_signature.name public_field_definition.name"
        " field_definition.property property_signature.name abstract_method_signature.name function_signature.name"
    ),
    imports=_set("import_specifier.name import_specifier.alias import_clause namespace_import"),
    members=_set("member_expression.property nested_type_identifier.name"),
    keywords=_set("pair.key pair_pattern.key"),
    shorthand=_set("shorthand_property_identifier"),
    calls=_set("call_expression.function new_expression.constructor"),
    arguments=_set("arguments"),
)

NAMES: dict[str, Names] = {
    "python": Names(
        scopes=_set(
            "function_definition lambda list_comprehension set_comprehension dictionary_comprehension"
            " generator_expression"
        ),
        functions=_set("function_definition lambda"),
        classes=_set("class_definition"),
        files=_set("module"),
        wrappers=_set(
            "pattern_list tuple_pattern list_pattern list_splat_pattern dictionary_splat_pattern"
            " default_parameter.name typed_default_parameter.name typed_parameter as_pattern_target dotted_name"
        ),
        parameters=_set("parameters lambda_parameters"),
        variables=_set(
            "assignment.left for_statement.left for_in_clause.left named_expression.name as_pattern.alias"
        ),
        definitions=_set("function_definition.name class_definition.name"),
        imports=_set("import_from_statement.name aliased_import.name aliased_import.alias import_statement.name"),
        members=_set("attribute.attribute"),
        keywords=_set("keyword_argument.name import_from_statement.module_name"),
        calls=_set("call.function"),
        arguments=_set("argument_list"),
        keyword="=",
    ),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "go": Names(
        scopes=_set(
            "block for_statement if_statement func_literal function_declaration method_declaration"
            " expression_case type_case communication_case expression_switch_statement type_switch_statement"
        ),
        functions=_set("func_literal function_declaration method_declaration method_elem"),
        classes=_set("field_declaration_list interface_type"),
        files=_set("source_file"),
        wrappers=_set("expression_list literal_element"),
        parameters=_set("parameter_declaration.name variadic_parameter_declaration.name"),
        variables=_set(
            "short_var_declaration.left var_spec.name const_spec.name range_clause.left receive_statement.left"
        ),
        definitions=_set(
            "function_declaration.name method_declaration.name type_spec.name type_alias.name"
            " field_declaration.name method_elem.name"
        ),
        members=_set("selector_expression.field"),
        keywords=_set("keyed_element.key"),
        calls=_set("call_expression.function"),
        arguments=_set("argument_list"),
    ),
    "rust": Names(
        scopes=_set(
            "block function_item closure_expression for_expression if_expression match_arm while_expression"
        ),
        functions=_set("function_item closure_expression function_signature_item"),
        classes=_set("declaration_list field_declaration_list enum_variant_list"),
        files=_set("source_file"),
        wrappers=_set(
            "tuple_pattern tuple_struct_pattern ref_pattern mut_pattern reference_pattern slice_pattern or_pattern"
            " match_pattern captured_pattern field_pattern.pattern struct_pattern"
        ),
        parameters=_set("parameter.pattern closure_parameters"),
        variables=_set("let_declaration.pattern for_expression.pattern let_condition.pattern match_arm.pattern"),
        definitions=_set(
            "function_item.name function_signature_item.name struct_item.name enum_item.name union_item.name"
            " type_item.name trait_item.name mod_item.name const_item.name static_item.name field_declaration.name"
            " enum_variant.name macro_definition.name"
        ),
        imports=_set("use_declaration.argument use_list use_as_clause.path use_as_clause.alias"),
        members=_set(
            "field_expression.field scoped_identifier.name scoped_type_identifier.name tuple_struct_pattern.type"
        ),
        keywords=_set("field_initializer.field field_pattern.name"),
        shorthand=_set("shorthand_field_initializer"),
        calls=_set("call_expression.function"),
        arguments=_set("arguments"),
    ),
    "java": Names(
        scopes=_set(
            "block method_declaration constructor_declaration lambda_expression for_statement constructor_body"
            " enhanced_for_statement catch_clause try_with_resources_statement"
        ),
        functions=_set("method_declaration constructor_declaration lambda_expression"),
        classes=_set("class_body interface_body enum_body enum_body_declarations record_declaration"),
        files=_set("program"),
        wrappers=_set("variable_declarator.name"),
        parameters=_set(
            "formal_parameter.name spread_parameter inferred_parameters lambda_expression.parameters"
            " catch_formal_parameter.name"
        ),
        variables=_set("local_variable_declaration.declarator enhanced_for_statement.name resource.name"),
        definitions=_set(
            "method_declaration.name class_declaration.name interface_declaration.name enum_declaration.name"
            " record_declaration.name field_declaration.declarator enum_constant.name"
        ),
        members=_set("field_access.field scoped_identifier.name method_reference"),
        calls=_set("method_invocation.name object_creation_expression.type"),
        arguments=_set("argument_list"),
    ),
    "csharp": Names(
        scopes=_set(
            "block method_declaration constructor_declaration local_function_statement lambda_expression"
            " foreach_statement for_statement catch_clause using_statement"
        ),
        functions=_set(
            "method_declaration constructor_declaration local_function_statement lambda_expression"
            " delegate_declaration"
        ),
        classes=_set("declaration_list enum_member_declaration_list record_declaration"),
        files=_set("compilation_unit"),
        wrappers=_set("variable_declarator.name"),
        parameters=_set("parameter.name implicit_parameter lambda_expression.parameters"),
        variables=_set(
            "variable_declaration foreach_statement.left declaration_expression.name declaration_pattern.name"
            " catch_declaration.name"
        ),
        definitions=_set(
            "method_declaration.name class_declaration.name struct_declaration.name interface_declaration.name"
            " enum_declaration.name record_declaration.name property_declaration.name enum_member_declaration.name"
            " local_function_statement.name delegate_declaration.name"
        ),
        members=_set("member_access_expression.name qualified_name.name member_binding_expression.name"),
        keywords=_set("argument.name"),
        calls=_set("invocation_expression.function object_creation_expression.type"),
        arguments=_set("argument_list"),
        keyword=": ",
    ),
    "cpp": Names(
        scopes=_set(
            "compound_statement function_definition lambda_expression for_range_loop for_statement if_statement"
            " catch_clause"
        ),
        functions=_set("function_definition lambda_expression"),
        classes=_set("field_declaration_list"),
        files=_set("translation_unit declaration_list"),
        wrappers=_set(
            "pointer_declarator.declarator reference_declarator structured_binding_declarator"
            " init_declarator.declarator array_declarator.declarator function_declarator.declarator"
        ),
        parameters=_set("parameter_declaration.declarator optional_parameter_declaration.declarator"),
        variables=_set("declaration.declarator for_range_loop.declarator"),
        definitions=_set(
            "function_definition.declarator class_specifier.name struct_specifier.name enum_specifier.name"
            " field_declaration.declarator namespace_definition.name alias_declaration.name enumerator.name"
        ),
        members=_set("field_expression.field qualified_identifier.name"),
        calls=_set("call_expression.function"),
        arguments=_set("argument_list"),
    ),
}
