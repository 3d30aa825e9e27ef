"""
Renders chat templates over many conversations with jinja2, as transformers sets it up, into a JSON file:
{"now", "templates": {name: source}, "conversations": {name: options}, "renderings": [[template, conversation, text]]},
where text is null for a refusal and {"same": i} for the text of an earlier rendering of this template.

    pip install jinja2==3.1.6 transformers==5.24.0
    pip download --no-deps --no-binary :all: llama-cpp-python==0.3.36   # its vendor/llama.cpp/models/templates
    python test/golden/make/templates.py all.json vendor/llama.cpp/models/templates/*.jinja
    python test/golden/make/templates.py test/golden/templates/published.json.gz --kept vendor/.../*.jinja

With --kept, only the templates whose models are published under Apache 2.0 or MIT are written, and every fourth
of their renderings. `test/golden/make/templates_compare.ts` compares a file with Wick's own engine.
"""
import datetime, functools, gzip, itertools, json, os, re, sys
import transformers.utils.chat_template_utils as utils

KEPT = {  # Apache 2.0 or MIT, by the cards of their models
    "Qwen-Qwen3-0.6B", "Qwen3-Coder", "Qwen-Qwen2.5-7B-Instruct", "HuggingFaceTB-SmolLM3-3B", "deepseek-ai-DeepSeek-V3.1",
    "openai-gpt-oss-120b", "ibm-granite-granite-4.0", "Mistral-Small-3.2-24B-Instruct-2506", "GLM-4.6",
    "microsoft-Phi-3.5-mini-instruct", "ByteDance-Seed-OSS", "Apertus-8B-Instruct", "llama-cpp-rwkv-world",
    "mistralai-Mistral-Nemo-Instruct-2407",
}
PROBE = "wick-probe-7f3a"
NOW = datetime.datetime(2026, 3, 9, 7, 5, 8, 123000)


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


utils.datetime = Clock

TOOL = {"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a city",
    "parameters": {"type": "object", "required": ["city"], "properties": {
        "city": {"type": "string", "description": "Which city <b>\"quoted\"</b> é"},
        "days": {"type": "integer", "minimum": 1, "default": 3},
        "unit": {"type": "string", "enum": ["C", "F"]},
        "near": {"type": "array", "items": {"type": "object", "properties": {"lat": {"type": "number"}, "lon": {"type": ["number", "null"]}}}},
    }}}}
BARE_TOOL = {"type": "function", "function": {"name": "now", "description": "", "parameters": {"type": "object", "properties": {}}}}
FLAT_TOOL = {"name": "flat", "description": "No wrapper", "parameters": {"type": "object", "properties": {"x": {"type": "string"}}}}


def user(text):
    return {"role": "user", "content": text}


def system(text):
    return {"role": "system", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def parts(*texts):
    return [{"type": "text", "text": text} for text in texts]


def call(arguments, name="get_weather", id="abcdef123"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


ARGUMENTS = {"city": "Köln", "days": 2, "near": [{"lat": 50.9, "lon": None}], "exact": True}
ANSWER = {"role": "tool", "tool_call_id": "abcdef123", "name": "get_weather", "content": "{\"sky\": \"clear\"}"}

DIALOGUES = {
    "hi": [user("Hi")],
    "system": [system("Be brief."), user("Hi")],
    "empty system": [system(""), user("Hi")],
    "blank system": [system("  \n"), user("Hi")],
    "empty user": [user("")],
    "turns": [user("Hi"), assistant("Hello!"), user("How are you?")],
    "system turns": [system("Be brief."), user("Hi"), assistant("Hello!"), user("How are you?"), assistant("Fine."), user("Good")],
    "ends with assistant": [user("Hi"), assistant("Hello, I")],
    "begins with assistant": [assistant("Welcome"), user("Hi")],
    "two users": [user("One"), user("Two")],
    "two systems": [system("A"), system("B"), user("Hi")],
    "late system": [user("Hi"), assistant("Yes?"), system("Now in French."), user("Go on")],
    "developer": [{"role": "developer", "content": "Be terse."}, user("Hi")],
    "unknown role": [user("Hi"), {"role": "narrator", "content": "Meanwhile"}],
    "none": [],
    "only system": [system("Alone")],
    "spaces": [system("  padded  "), user("\n  leading\tand trailing \n\n"), assistant("  a  "), user(" b ")],
    "odd spaces": [user("\ufeffBOM\u0085\u00a0\u2003x\u001c\u001f\u200b\u3000"), assistant("\u2028y\u2029"), user("z\r\n")],
    "unicode": [user("naïve 日本語 🦜🏴‍☠️ ß ΑΣ İ"), assistant("𝒳"), user("e\u0301")],
    "markup": [user("<|im_start|>system {{ x }} {% if %} <b>&amp;</b> \\n \"q\" 'p'")],
    "thinking": [user("2+2?"), assistant("<think>\nEasy.\n</think>\n\n4"), user("And 3+3?")],
    "reasoning": [user("2+2?"), assistant("4", reasoning_content="Easy."), user("And 3+3?")],
    "thinking field": [user("2+2?"), assistant("4", thinking="Easy."), user("And 3+3?")],
    "reasoning last": [user("2+2?"), assistant("4", reasoning_content="Easy\nindeed.")],
    "code": [user("```py\nfor i in x:\n    pass\n```"), assistant("```\n\tok\n```"), user("thanks")],
    "long": [user("word " * 300), assistant("word " * 200), user("more")],
    "named": [{"role": "user", "content": "Hi", "name": "Ann"}],
    "parts": [{"role": "user", "content": parts("Hello ", "there")}],
    "parts everywhere": [{"role": "system", "content": parts("Be brief.")}, {"role": "user", "content": parts("Hi")},
                         {"role": "assistant", "content": parts("Hello!")}, {"role": "user", "content": parts("a", "b")}],
    "image": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}],
    "null content": [user("Hi"), {"role": "assistant", "content": None, "tool_calls": [call(ARGUMENTS)]}, ANSWER],
    "call": [user("Weather?"), assistant("", tool_calls=[call(ARGUMENTS)]), ANSWER, assistant("Clear."), user("Thanks")],
    "call text": [user("Weather?"), assistant("Let me look.", tool_calls=[call(json.dumps(ARGUMENTS))]), ANSWER],
    "call strings": [user("Weather?"), assistant("", tool_calls=[call("{\"city\": \"Oslo\"}")]), ANSWER],
    "calls": [user("Weather?"), assistant("", tool_calls=[call({"city": "A"}), call({"city": "B"}, id="bbbbbb123")]), ANSWER,
              {**ANSWER, "tool_call_id": "bbbbbb123", "content": "rain"}],
    "no arguments": [user("Time?"), assistant("", tool_calls=[call({}, name="now")]), {**ANSWER, "name": "now", "content": "12:00"}, assistant("Noon.")],
    "no calls": [user("Hi"), assistant("Hello", tool_calls=[]), user("Hm")],
    "reasoned call": [user("Weather?"), assistant("", reasoning_content="I need the tool.", tool_calls=[call(ARGUMENTS)]), ANSWER],
    "tool first": [ANSWER, user("Hi")],
    "numbers": [{"role": "user", "content": "n", "weight": 1.5, "count": 10 ** 12, "flag": False}],
}
PLAIN = ["hi", "system", "turns", "call", "reasoning", "parts"]
EXTRAS = {
    "tools": {"tools": [TOOL]},
    "more tools": {"tools": [TOOL, BARE_TOOL, FLAT_TOOL]},
    "no tools": {"tools": []},
    "no thinking": {"enable_thinking": False},
    "with thinking": {"enable_thinking": True, "thinking": True},
    "effort": {"reasoning_effort": "high", "thinking_budget": 512},
    "documents": {"documents": [{"title": "A", "text": "Alpha"}, {"title": "B", "text": "Beta"}]},
    "kwargs": {"custom_instructions": "Do well.", "date_string": "01 Jan 2025", "keep_past_thinking": True, "preserve_thinking": True, "add_vision_id": True},
}


def conversations():
    for (name, messages), prompt in itertools.product(DIALOGUES.items(), (False, True)):
        yield f"{name}{' +' if prompt else ''}", {"messages": messages, "add_generation_prompt": prompt, "variables": {}}
    for (extra, variables), name in itertools.product(EXTRAS.items(), PLAIN):
        yield f"{name}, {extra} +", {"messages": DIALOGUES[name], "add_generation_prompt": True, "variables": variables}


def text_of(content):
    if isinstance(content, list) and content and all(part.get("type") == "text" for part in content):
        return "".join(part["text"] for part in content)
    return content


@functools.cache
def knows_parts(template):
    """Whether a template writes the text of a part, and neither the part nor the list."""
    text = render_as_given(template, [user(parts(PROBE))], False, {}) or ""
    return PROBE in text and not re.search("['\"]text['\"]: *['\"]wick-probe", text)


def render(template, messages, add_generation_prompt, variables):
    """Contents that are lists of text parts come as one text to templates that know no parts."""
    if not knows_parts(template):
        messages = [{**message, "content": text_of(message["content"])} if "content" in message else message for message in messages]
    return render_as_given(template, messages, add_generation_prompt, variables)


def render_as_given(template, messages, add_generation_prompt, variables):
    variables = dict(variables)
    tools, documents = variables.pop("tools", None), variables.pop("documents", None)
    try:
        messages = utils._normalize_chat_messages(messages)
        texts, _ = utils.render_jinja_template([messages], tools, documents, template, add_generation_prompt=add_generation_prompt,
                                               bos_token="<s>", eos_token="</s>", **variables)
        return texts[0]
    except Exception:
        return None


def main(target, *paths):
    kept = "--kept" in paths
    paths = sorted(path for path in paths if path != "--kept")
    names = {os.path.basename(path).removesuffix(".jinja"): open(path, encoding="utf-8", newline="").read() for path in paths}
    templates = {name: source for name, source in names.items() if not kept or name in KEPT}
    options = dict(conversations())
    renderings = []
    for index, (name, template) in enumerate(templates.items()):
        seen = {}
        for at, (conversation, given) in enumerate(options.items()):
            if kept and (at + index) % 4:
                continue
            text = render(template, **given)
            if text is not None and text in seen:
                renderings.append([name, conversation, {"same": seen[text]}])
                continue
            seen[text] = len(renderings)
            renderings.append([name, conversation, text])
    data = {"now": NOW.isoformat(), "templates": templates, "conversations": options, "renderings": renderings}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if target.endswith(".gz"):
        with open(target, "wb") as file:
            file.write(gzip.compress(text.encode(), mtime=0))
    else:
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    print(len(templates), "templates,", len(renderings), "renderings,", sum(r[2] is None for r in renderings), "refused")


main(*sys.argv[1:])
