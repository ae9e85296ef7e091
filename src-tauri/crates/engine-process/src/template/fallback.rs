//! The formats that models share, for one whose own cannot be read.

/// A format, and the special tokens by which it is known.
struct Format {
    marks: &'static [&'static str],
    template: &'static str,
}

/// The better known by its marks the earlier. Jinja takes a line's end at a template's end away.
const FORMATS: [Format; 9] = [
    // gpt-oss (OpenAI, "harmony").
    Format {
        marks: &["<|start|>", "<|message|>", "<|channel|>"],
        template: "{% for m in messages %}<|start|>{{ 'developer' if m.role == 'system' else m.role }}\
                   {{ '<|channel|>final' if m.role == 'assistant' }}<|message|>{{ m.content }}<|end|>{% endfor %}\
                   <|start|>assistant",
    },
    // Solar Open (Upstage).
    Format {
        marks: &["<|begin|>", "<|content|>"],
        template: "{% for m in messages %}<|begin|>{{ m.role }}<|content|>{{ m.content }}<|end|>{% endfor %}\
                   <|begin|>assistant<|think|><|end|><|begin|>assistant",
    },
    // Qwen and many others.
    Format {
        marks: &["<|im_start|>", "<|im_end|>"],
        template: "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}\
                   <|im_start|>assistant{{ '\n' }}",
    },
    // Llama 3.
    Format {
        marks: &["<|start_header_id|>", "<|eot_id|>"],
        template: "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n\
                   {{ m.content }}<|eot_id|>{% endfor %}<|start_header_id|>assistant<|end_header_id|>{{ '\n\n' }}",
    },
    // Gemma: a system turn goes to the user's.
    Format {
        marks: &["<start_of_turn>", "<end_of_turn>"],
        template: "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}\
                   {% endif %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content }}\
                   <end_of_turn>\n{% endfor %}<start_of_turn>model{{ '\n' }}",
    },
    // EXAONE 3.5 and 4 (LG AI Research).
    Format {
        marks: &["[|user|]", "[|assistant|]", "[|endofturn|]"],
        template: "{% for m in messages %}[|{{ m.role }}|]\n{{ m.content }}[|endofturn|]\n{% endfor %}[|assistant|]{{ '\n' }}",
    },
    // Phi 3.5 and 4 (Microsoft).
    Format {
        marks: &["<|user|>", "<|assistant|>", "<|end|>"],
        template: "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}<|assistant|>{{ '\n' }}",
    },
    // K-EXAONE (LG AI Research).
    Format {
        marks: &["<|user|>", "<|assistant|>", "<|endofturn|>"],
        template: "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|endofturn|>\n{% endfor %}<|assistant|>{{ '\n' }}",
    },
    // Mistral: a system turn goes to the user's.
    Format {
        marks: &["[INST]", "[/INST]"],
        template: "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}\
                   {% elif m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}{{ eos_token }}\
                   {% endif %}{% endfor %}",
    },
];

/// Words that any model can go on from.
const PLAIN: &str = "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}\n\n\
                     {% elif m.role == 'user' %}### 질문:\n{{ m.content }}\n\n{% else %}### 답변:\n{{ m.content }}\n\n\
                     {% endif %}{% endfor %}### 답변:{{ '\n' }}";

/// The template of the format whose marks are all special tokens of a vocabulary.
pub fn template(is_special: impl Fn(&str) -> bool) -> &'static str {
    let known = FORMATS.iter().find(|format| format.marks.iter().all(|mark| is_special(mark)));
    known.map_or(PLAIN, |format| format.template)
}

#[cfg(test)]
mod tests {
    use engine::Turn;

    use super::*;
    use crate::template::ChatTemplate;

    #[test]
    fn a_model_without_a_readable_format_is_asked_in_that_of_its_marks() {
        let turns = [
            Turn::new("system", "규칙"),
            Turn::new("user", "하나"),
            Turn::new("assistant", "둘"),
            Turn::new("user", "셋"),
        ];
        let table: [(&[&str], &str); 10] = [
            (&["<|start|>", "<|message|>", "<|channel|>", "<|end|>"], "<|start|>developer<|message|>규칙<|end|><|start|>user<|message|>하나<|end|><|start|>assistant<|channel|>final<|message|>둘<|end|><|start|>user<|message|>셋<|end|><|start|>assistant"),
            (&["<|begin|>", "<|content|>", "<|end|>"], "<|begin|>system<|content|>규칙<|end|><|begin|>user<|content|>하나<|end|><|begin|>assistant<|content|>둘<|end|><|begin|>user<|content|>셋<|end|><|begin|>assistant<|think|><|end|><|begin|>assistant"),
            (&["<|im_start|>", "<|im_end|>"], "<|im_start|>system\n규칙<|im_end|>\n<|im_start|>user\n하나<|im_end|>\n<|im_start|>assistant\n둘<|im_end|>\n<|im_start|>user\n셋<|im_end|>\n<|im_start|>assistant\n"),
            (&["<|start_header_id|>", "<|eot_id|>"], "<s><|start_header_id|>system<|end_header_id|>\n\n규칙<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n하나<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n둘<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n셋<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"),
            (&["<start_of_turn>", "<end_of_turn>"], "<s><start_of_turn>user\n규칙\n\n하나<end_of_turn>\n<start_of_turn>model\n둘<end_of_turn>\n<start_of_turn>user\n셋<end_of_turn>\n<start_of_turn>model\n"),
            (&["[|user|]", "[|assistant|]", "[|endofturn|]"], "[|system|]\n규칙[|endofturn|]\n[|user|]\n하나[|endofturn|]\n[|assistant|]\n둘[|endofturn|]\n[|user|]\n셋[|endofturn|]\n[|assistant|]\n"),
            (&["<|user|>", "<|assistant|>", "<|end|>"], "<|system|>\n규칙<|end|>\n<|user|>\n하나<|end|>\n<|assistant|>\n둘<|end|>\n<|user|>\n셋<|end|>\n<|assistant|>\n"),
            (&["<|user|>", "<|assistant|>", "<|endofturn|>"], "<|system|>\n규칙<|endofturn|>\n<|user|>\n하나<|endofturn|>\n<|assistant|>\n둘<|endofturn|>\n<|user|>\n셋<|endofturn|>\n<|assistant|>\n"),
            (&["[INST]", "[/INST]"], "<s>[INST] 규칙\n\n하나 [/INST] 둘</s>[INST] 셋 [/INST]"),
            (&[], "<s>규칙\n\n### 질문:\n하나\n\n### 답변:\n둘\n\n### 질문:\n셋\n\n### 답변:\n"),
        ];
        for (special, wanted) in table {
            let source = template(|mark| special.contains(&mark));
            let template = ChatTemplate::new(source, "<s>", "</s>").unwrap();
            assert_eq!(template.render(&turns).unwrap(), wanted, "{special:?}");
        }
    }
}
