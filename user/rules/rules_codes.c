// SPDX-License-Identifier: Apache-2.0
/* Names, titles and descriptions of Falco's codes. */
#include "rules/rules.h"

struct code_text {
	const char *name;
	const char *text;
	const char *desc; /* NULL: the title, as Falco has it for errors */
};

static const struct code_text codes[RULES_CODE_MAX] = {
	[RULES_ERR_FILE_READ] = { "LOAD_ERR_FILE_READ", "File read error", NULL },
	[RULES_ERR_YAML_PARSE] = { "LOAD_ERR_YAML_PARSE", "YAML parse error", NULL },
	[RULES_ERR_YAML_VALIDATE] = { "LOAD_ERR_YAML_VALIDATE",
				      "Error validating internal structure of YAML file", NULL },
	[RULES_ERR_VALIDATE] = { "LOAD_ERR_VALIDATE",
				 "Error validating rule/macro/list/exception objects", NULL },
	[RULES_ERR_COMPILE_CONDITION] = { "LOAD_ERR_COMPILE_CONDITION", "Error compiling condition",
					  NULL },
	[RULES_ERR_COMPILE_OUTPUT] = { "LOAD_ERR_COMPILE_OUTPUT", "Error compiling output", NULL },
	[RULES_ERR_EXTENSION] = { "LOAD_ERR_EXTENSION", "Error in extension item", NULL },
	[RULES_WARN_UNKNOWN_SOURCE] = { "LOAD_UNKNOWN_SOURCE", "Unknown event source",
					"The rule is for a source of events that is not there; it "
					"is left out." },
	[RULES_WARN_UNSAFE_NA_CHECK] = { "LOAD_UNSAFE_NA_CHECK",
					 "Unsafe <NA> comparison in condition",
					 "A field without a value is not equal to <NA>; ask with "
					 "'exists'." },
	[RULES_WARN_NO_EVTTYPE] = { "LOAD_NO_EVTTYPE", "Condition has no event-type restriction",
				    "The rule is evaluated for very many types of events, which is "
				    "slow; narrow it down with evt.type." },
	[RULES_WARN_UNKNOWN_FILTER] = { "LOAD_UNKNOWN_FILTER",
					"Unknown field or event-type in condition or output",
					"The rule names a field or an event type that does not "
					"exist; as it has skip-if-unknown-filter, it is left out." },
	[RULES_WARN_UNUSED_MACRO] = { "LOAD_UNUSED_MACRO", "Unused macro",
				      "No rule and no other macro uses the macro." },
	[RULES_WARN_UNUSED_LIST] = { "LOAD_UNUSED_LIST", "Unused list",
				     "No rule, no macro and no other list uses the list." },
	[RULES_WARN_UNKNOWN_ITEM] = { "LOAD_UNKNOWN_ITEM", "Unknown rules file item",
				      "An item of the file is of no known kind; it is ignored." },
	[RULES_WARN_UNKNOWN_KEY] = { "LOAD_UNKNOWN_KEY", "Unknown key in item definition",
				     "A key of the item is not known and is ignored: a slip of the "
				     "pen, or it belongs to another kind of item." },
	[RULES_WARN_DEPRECATED_ITEM] = { "LOAD_DEPRECATED_ITEM", "Used deprecated item",
					 "A rule, macro or list uses what will be dropped." },
	[RULES_WARN_EXTENSION] = { "LOAD_WARNING_EXTENSION", "Warning in extension item",
				   "Something is suspicious in an extension item." },
	[RULES_WARN_APPEND_NO_VALUES] = { "LOAD_APPEND_NO_VALUES",
					  "Overriding/appending with no values",
					  "An exception is changed without giving values." },
	[RULES_WARN_EXCEPTION_NAME_NOT_UNIQUE] = { "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
						   "Multiple exceptions defined with the same name",
						   "Two exceptions of the rule have one name." },
	[RULES_WARN_INVALID_MACRO_NAME] = { "LOAD_INVALID_MACRO_NAME", "Invalid macro name",
					    "A condition cannot use a macro of such a name." },
	[RULES_WARN_INVALID_LIST_NAME] = { "LOAD_INVALID_LIST_NAME", "Invalid list name",
					   "A condition cannot use a list of such a name." },
	[RULES_WARN_COMPILE_CONDITION] = { "LOAD_COMPILE_CONDITION", "Warning in rule condition",
					   "Something is suspicious in a condition or an output." },
};

const char *rules_code_name(enum rules_code code)
{
	return (unsigned int)code < RULES_CODE_MAX ? codes[code].name : "";
}

const char *rules_code_text(enum rules_code code)
{
	return (unsigned int)code < RULES_CODE_MAX ? codes[code].text : "";
}

const char *rules_code_desc(enum rules_code code)
{
	if ((unsigned int)code >= RULES_CODE_MAX)
		return "";
	return codes[code].desc ? codes[code].desc : codes[code].text;
}
