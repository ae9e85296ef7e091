//! llama-server, asked over HTTP through a socket in the file system: no network is needed, and none is open here.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use engine::Turn;
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::Failure;

use super::asking::{First, milliseconds};

/// How often a server that is starting is asked whether it is ready.
const POLL: Duration = Duration::from_millis(5);

/// A running llama-server with a model, at its defaults but for the threads. Killed when dropped.
pub struct Server {
    child: Child,
    socket: PathBuf,
    _folder: TempDir,
}

impl Server {
    /// Starts it and waits until the model is loaded.
    ///
    /// # Errors
    /// `llama_server_failed`.
    pub fn start(program: &Path, model: &Path, threads: u32) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        // The name tells the server that it is no address.
        let socket = folder.path().join("llama.sock");
        let mut command = Command::new(program);
        command.arg("-m").arg(model).args(["-t", &threads.to_string()]).arg("--host").arg(&socket);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| failed(&format!("{}: {error}", program.display())))?;
        let mut server = Self { child, socket, _folder: folder };
        while !server.is_ready() {
            if let Some(status) = server.child.try_wait().map_err(|error| failed(&error))? {
                return Err(failed(&format!("it ended: {status}")));
            }
            std::thread::sleep(POLL);
        }
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        self.request("GET", "/health", "").is_ok_and(|(status, _)| status == 200)
    }

    /// Asks, by the likeliest token always, and waits for the whole answer.
    ///
    /// # Errors
    /// `llama_server_failed`.
    pub fn ask(&self, turns: &[Turn], max_tokens: u32) -> Result<First, Failure> {
        let body = json!({ "messages": turns, "max_tokens": max_tokens, "temperature": 0, "stream": true });
        let begun = Instant::now();
        let answered = self.request("POST", "/v1/chat/completions", &body.to_string());
        let (status, body) = answered.map_err(|error| failed(&error))?;
        if status != 200 {
            return Err(failed(&format!("status {status}")));
        }
        read_answer(body, || milliseconds(begun)).map_err(|error| failed(&error))
    }

    /// Status and body of a response.
    fn request(&self, method: &str, path: &str, body: &str) -> io::Result<(u16, Box<dyn BufRead>)> {
        let mut stream = connect(&self.socket)?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        response(BufReader::new(stream))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn connect(socket: &Path) -> io::Result<std::os::unix::net::UnixStream> {
    std::os::unix::net::UnixStream::connect(socket)
}

/// No such sockets here.
#[cfg(not(unix))]
fn connect(_socket: &Path) -> io::Result<std::fs::File> {
    Err(io::ErrorKind::Unsupported.into())
}

fn failed(detail: &impl ToString) -> Failure {
    Failure::new(
        "llama_server_failed",
        "llama-server에 묻지 못했습니다. cargo xtask baseline이 알려 준 경로를 --against에 주십시오.",
        detail.to_string(),
    )
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed {what}"))
}

/// Reads the head of a response; the body comes as it arrives.
fn response(mut stream: impl BufRead + 'static) -> io::Result<(u16, Box<dyn BufRead>)> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| malformed("status"))?;
    let mut chunked = false;
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        chunked |= header == "transfer-encoding: chunked";
    }
    let body: Box<dyn BufRead> =
        if chunked { Box::new(BufReader::new(Chunks { stream, left: 0, ended: false })) } else { Box::new(stream) };
    Ok((status, body))
}

/// A body that is sent in chunks (RFC 9112, section 7.1), without their frames.
struct Chunks<R> {
    stream: R,
    left: u64,
    ended: bool,
}

impl<R: BufRead> Read for Chunks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended {
            let mut size = String::new();
            self.stream.read_line(&mut size)?;
            let digits = size.trim().split(';').next().unwrap_or_default();
            self.left = u64::from_str_radix(digits, 16).map_err(|_| malformed("chunk"))?;
            self.ended = self.left == 0;
        }
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.stream.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        if self.left == 0 {
            // The line break behind a chunk.
            self.stream.read_line(&mut String::new())?;
        }
        Ok(read)
    }
}

/// Reads a streamed chat completion to its end; `now` is asked at the first piece of text.
fn read_answer(body: impl BufRead, now: impl Fn() -> f64) -> io::Result<First> {
    let (mut ttft_ms, mut timings) = (None, Value::Null);
    for line in body.lines() {
        let line = line?;
        let Some(data) = line.strip_prefix("data: ").filter(|data| *data != "[DONE]") else { continue };
        let event: Value = serde_json::from_str(data)?;
        let delta = &event["choices"][0]["delta"];
        let texts = [&delta["content"], &delta["reasoning_content"]];
        if texts.iter().any(|text| text.as_str().is_some_and(|text| !text.is_empty())) {
            ttft_ms.get_or_insert_with(&now);
        }
        if !event["timings"].is_null() {
            timings = event["timings"].clone();
        }
    }
    let tokens = |name: &str| timings[name].as_u64().and_then(|tokens| u32::try_from(tokens).ok());
    let (read, cached_tokens) = tokens("prompt_n").zip(tokens("cache_n")).ok_or_else(|| malformed("timings"))?;
    // An answer of nothing has no first piece: it took until its end.
    let ttft_ms = ttft_ms.unwrap_or_else(now);
    Ok(First { ttft_ms, prompt_tokens: read + cached_tokens, cached_tokens, restored_tokens: 0 })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn chunked(body: &str, size: usize) -> String {
        let parts = body.as_bytes().chunks(size);
        let frames = parts.map(|part| format!("{:x}\r\n{}\r\n", part.len(), String::from_utf8_lossy(part)));
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n", frames.collect::<String>())
    }

    fn body(sent: String) -> io::Result<String> {
        let (_, mut body) = response(io::Cursor::new(sent))?;
        let mut text = String::new();
        body.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_body_is_the_same_however_it_is_cut_into_chunks() {
        let text = "data: one\n\ndata: two\n\n";
        for size in 1..=text.len() {
            assert_eq!(body(chunked(text, size)).unwrap(), text, "{size}");
        }
        assert_eq!(body(format!("HTTP/1.1 503 Service Unavailable\r\nX: y\r\n\r\n{text}")).unwrap(), text);
    }

    #[test]
    fn a_response_that_is_cut_or_malformed_is_an_error() {
        for sent in [
            "",
            "HTTP/1.1 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
        ] {
            assert!(body(sent.to_owned()).is_err(), "{sent:?}");
        }
    }

    #[test]
    fn the_first_token_is_the_first_piece_that_is_not_empty() {
        let events = [
            json!({ "choices": [{ "delta": { "role": "assistant", "content": null } }] }),
            json!({ "choices": [{ "delta": { "content": "" } }] }),
            json!({ "choices": [{ "delta": { "content": "가" } }] }),
            json!({ "choices": [{ "delta": { "content": "나" } }] }),
            json!({ "choices": [{ "delta": {} }], "timings": { "cache_n": 30, "prompt_n": 12 } }),
        ];
        let lines: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        let asked = Cell::new(0);
        let now = || {
            asked.set(asked.get() + 1);
            7.5
        };
        let first = read_answer(format!("{lines}data: [DONE]\n\n").as_bytes(), now).unwrap();
        assert_eq!(first, First { ttft_ms: 7.5, prompt_tokens: 42, cached_tokens: 30, restored_tokens: 0 });
        assert_eq!(asked.get(), 1);
        assert!(read_answer("data: [DONE]\n".as_bytes(), || 0.0).is_err());
        assert!(read_answer("data: {\n".as_bytes(), || 0.0).is_err());
    }
}
