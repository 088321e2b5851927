// SHA-256, by OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace fiver::tools {

class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  /// In hexadecimal; ends the hash.
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// Lower-case hexadecimal.
std::string hexadecimal(std::string_view bytes);

}  // namespace fiver::tools
